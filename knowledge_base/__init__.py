"""The knowledge base: procedures as dated YAML, their index, search and linking."""
