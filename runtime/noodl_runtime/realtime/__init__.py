"""Committed changes told to those who asked to hear of them."""
