"""The locks domain."""
