"""Readers: bytes of one format in, rows of the tables and Problems out."""
