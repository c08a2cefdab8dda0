"""Where the record lies: SQLite by default, PostgreSQL by URL, the same tables on both."""

from foramen.records.database.database import Database

__all__ = ["Database"]
