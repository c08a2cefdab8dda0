"""`foramen backup` and `foramen restore`: the whole record in one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from foramen.cli.audit import (
    STORE,
    QuietOption,
    RecordOption,
    StoreOption,
    address,
    counted,
    existing,
    whoever_runs_this,
)
from foramen.cli.console import Stages, results
from foramen.cli.moments import read_moment


def backup(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="The backup to write.", show_default=False)],
    record: RecordOption = "",
    store: StoreOption = STORE,
    quiet: QuietOption = False,
) -> None:
    """Write the whole record into one file while people go on working: events, accounts, scans and results.

    The file appears whole or not at all, restores into SQLite or PostgreSQL, and holds patients' data: keep it as you
    keep the record. Sessions are left out. Note the seal it prints elsewhere.

    **Example**: `foramen backup /backups/foramen.tar --store /srv/foramen`
    """
    from foramen.records.backup import back_up

    with existing(record, store) as records, Stages(quiet=quiet) as stages:
        made = back_up(
            records.database, records.store, out, by=whoever_runs_this(), at=read_moment(None), progress=stages
        )
    events, files = counted(made.tables["events"].rows, "event"), counted(made.files, "file")
    results.print(f"[bold]{out}[/bold] holds {events} and {files}.", soft_wrap=True)
    results.print(f"Seal, to note elsewhere: {made.seal}", soft_wrap=True)


def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.", show_default=False)],
    record: RecordOption = "",
    store: StoreOption = STORE,
    quiet: QuietOption = False,
) -> None:
    """Bring a record back from its backup, into an empty place.

    Every file and row is checked against the backup's own checksums, and the record verified, before any of it is
    there; nothing is ever overwritten. Diary links that were revoked after the backup was made are good again.

    **Example**: `foramen restore /backups/foramen.tar --store /srv/foramen-restored`
    """
    from foramen.records import Records
    from foramen.records.restore import restore as bring_back

    records = Records.open(record or address(store), store=store)
    try:
        with Stages(quiet=quiet) as stages:
            whole = bring_back(
                source, records.database, records.store, by=whoever_runs_this(), at=read_moment(None), progress=stages
            )
    finally:
        records.close()
    results.print(
        f"[bold]{counted(whole.events, 'event')} in {counted(whole.cases, 'case')}[/bold] and "
        f"{counted(whole.files, 'file')} that they name are back, all verified.",
        soft_wrap=True,
    )
