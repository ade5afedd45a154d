"""Readers of changes."""
