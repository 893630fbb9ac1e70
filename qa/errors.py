"""Errors a user can mend. Each message is one line: what is wrong, and how to put it right."""


class QaError(Exception):
    """Base of every error that the program explains to its user."""


class CorpusError(QaError):
    """The corpus folder cannot be used."""


class UnreadableFileError(QaError):
    """One file cannot be read; the message continues the sentence '<file> ...'."""


class IndexFolderError(QaError):
    """The index folder is missing, damaged, stale, foreign or being built."""


class ModelError(QaError):
    """A model is missing or is not the one expected."""


class InputError(QaError):
    """A questions, gold or answers file is malformed."""


class QuoteError(QaError):
    """A quote is not a slice of its document."""
