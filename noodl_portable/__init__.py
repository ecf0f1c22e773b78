"""The face: command line, dev server, the backends of this machine."""
