"""JavaScript's rules for values, in Python: what graphs were drawn against."""
