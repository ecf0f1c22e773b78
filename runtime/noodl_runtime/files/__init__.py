"""Uploaded files: how they are named, kept, signed and shown."""
