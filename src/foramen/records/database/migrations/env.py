"""How Alembic runs here: on the connection, and in the transaction, of whoever opens the record."""

from alembic import context

from foramen.records.database.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
