"""Graphs drawn in the editor, and the interpreter that runs them. Pure: it asks, a host answers."""
