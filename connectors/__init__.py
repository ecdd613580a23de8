"""Connectors: one module a channel, each two pure translations and a thin send."""
