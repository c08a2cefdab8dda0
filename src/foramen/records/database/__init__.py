"""Where the record lies: SQLite by default, PostgreSQL by URL, the same tables on both."""

from foramen.records.database.database import Database, Taken, Unavailable

__all__ = ["Database", "Taken", "Unavailable"]
