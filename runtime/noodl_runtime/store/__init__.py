"""Where records live. The contract, the registry, and one folder or file per store."""
