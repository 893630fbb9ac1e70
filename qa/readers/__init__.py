"""One reader per file format: bytes → text with its structure."""
