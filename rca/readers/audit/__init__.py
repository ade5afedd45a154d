"""Readers of audit."""
