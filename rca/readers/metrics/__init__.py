"""Readers of metrics."""
