"""A small HTTP order service: it takes orders, prices them, keeps them in SQLite and writes logs."""

__version__ = "2.3.0"
