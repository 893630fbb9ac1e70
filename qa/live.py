"""The assistant that is served; another can take its place while questions come in."""

from __future__ import annotations

from qa.assistant import Assistant
from qa.documents import Document


class LiveAssistant:
    """Holds the assistant that answers now.

    Whoever answers a question takes `current` once and uses it to the end, so that a publication
    in between changes nothing for them. The old index is closed when its last user is done.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._current = assistant

    @property
    def current(self) -> Assistant:
        """The assistant that answers now."""
        return self._current

    def document(self, file: str) -> Document:
        """A document of the assistant that answers now.

        Raises:
            KeyError: there is no such document.
        """
        return self._current.document(file)

    def publish(self, assistant: Assistant) -> None:
        """Let another assistant answer from now on."""
        self._current = assistant
