"""The shared words of the assistant; this package imports nothing else of ours."""
