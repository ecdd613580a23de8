"""Dossiers: one module a back end of the registry."""
