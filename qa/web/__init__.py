"""The web page: a chat whose answers are quotes, and a pane that shows each in its document."""
