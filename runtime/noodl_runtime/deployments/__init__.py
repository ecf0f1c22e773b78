"""Functions that an editor deploys into the running backend, each deploy a version of its own."""
