"""Locks: thread dumps and database lock waits. No detector stands here yet; one is one file."""
