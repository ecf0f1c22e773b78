"""The files people write and machines exchange: their JSON Schema documents and the one check."""
