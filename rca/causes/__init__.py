"""Causes: findings of any domain in, ranked hypotheses out."""
