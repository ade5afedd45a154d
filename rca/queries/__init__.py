"""The queries domain."""
