"""Readers of threads."""
