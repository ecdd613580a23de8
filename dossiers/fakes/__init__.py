"""Faithful fakes of the systems that hold dossiers: real servers that can be told to fail."""
