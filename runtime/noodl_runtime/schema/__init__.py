"""Collections, field types, differences between schemas and what they ask for. Pure."""
