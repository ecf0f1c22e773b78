"""Puts a backend into an Electron app and takes it out again: first a plan, then the files."""
