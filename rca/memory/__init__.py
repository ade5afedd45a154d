"""The memory domain."""
