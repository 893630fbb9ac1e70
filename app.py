"""Serves the web page: `python app.py`. Settings are read from QA_* variables."""

import sys

from qa.errors import QaError
from qa.settings import load_settings


def main() -> int:
    """Open the index and serve it; 2 when it can't be done."""
    try:
        settings = load_settings()
        from qa.assistant import Assistant  # noqa: PLC0415 (torch is slow to import)
        from qa.web.server import serve  # noqa: PLC0415

        serve(Assistant.open(settings.index, settings), settings)
    except QaError as error:
        sys.stderr.write(f"qa: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
