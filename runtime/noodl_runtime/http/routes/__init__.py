"""The table of routes: one file per family, one list per file, in matching order."""
