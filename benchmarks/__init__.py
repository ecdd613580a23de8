"""Benchmarks: each prints a table and JSON, with the peer measured in the same run."""
