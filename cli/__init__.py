"""The operator's command line: ./motcua."""
