"""Runs with scripts: their state in the script context, and what scripts may ask of the host."""
