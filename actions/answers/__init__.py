"""Answers: from a procedure and an aspect to courteous plain Vietnamese, every number taken from the record."""
