"""Readers of heaps."""
