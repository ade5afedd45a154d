"""Queries: slow statements, plans and their locks. No detector stands here yet; one is one file."""
