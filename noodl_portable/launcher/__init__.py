"""The backends of this machine over HTTP: for an editor, and for the launcher page."""
