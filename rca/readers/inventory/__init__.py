"""Readers of inventory."""
