"""The catalogue of procedures and the search over it."""
