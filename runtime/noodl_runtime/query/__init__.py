"""Where documents: read once into a tree, then turned into SQL or matched in memory. Pure."""
