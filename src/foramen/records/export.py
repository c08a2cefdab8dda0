"""The record as lines of JSON, for whoever audits it with other tools."""

from pathlib import Path

from foramen.progress import Progress, silent
from foramen.records.chain import canonical
from foramen.records.database import Database
from foramen.records.database.tables import events, reads
from foramen.records.ledger import rows_of


def export(database: Database, folder: Path, *, progress: Progress = silent) -> None:
    """Write `events.jsonl` and `reads.jsonl`, every row as it is kept, in one view of the database."""
    with database.reading() as connection:
        for table in (events, reads):
            progress(table.name, 0.0)
            with (folder / f"{table.name}.jsonl").open("x", encoding="utf-8") as file:
                for row in rows_of(connection, table, "position"):
                    file.write(canonical(dict(row)) + "\n")
