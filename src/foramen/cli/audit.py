"""`foramen audit`: whether the record is what was written, who looked at what, and all of it for an auditor."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from foramen.cli.console import Stages, print_json, results
from foramen.cli.moments import read_moment
from foramen.cli.outputs import written_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from foramen.records import Actor, Read, Records

RecordOption = Annotated[
    str, typer.Option("--record", metavar="URL", help="The record: sqlite:///… or postgresql+psycopg://…")
]
StoreOption = Annotated[Path, typer.Option("--store", metavar="DIR", help="Folder of images and results.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="No progress.")]
JsonOption = Annotated[bool, typer.Option("--json", help="The same for machines.")]

STORE = Path("foramen-record")
"""Where `foramen serve` keeps a record unless told otherwise."""

audit = typer.Typer(
    name="audit",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Whether the record is what was written, and who looked at what.",
)


@audit.command()
def verify(
    record: RecordOption = "",
    store: StoreOption = STORE,
    seal: Annotated[
        str | None, typer.Option(metavar="SEAL", help="A seal that was noted earlier, to hold the record against.")
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Go through every event, every read and every file, and say whether they are what was written.

    Note the seal it prints somewhere else, on paper or in another system: held against it later, the record can't have
    been rewritten unseen. Exit code 4 where anything was changed, removed or cut off; the first such place is named.

    **Example**: `foramen audit verify --store /srv/foramen`
    """
    with existing(record, store) as records, Stages(quiet=quiet) as stages:
        found = records.verify(noted_seal=seal, progress=stages)
    if as_json:
        print_json(found.to_json())
        return
    results.print("[bold]The record is what was written.[/bold]")
    results.print(
        f"{counted(found.events, 'event')} in {counted(found.cases, 'case')}, {counted(found.reads, 'read')} and "
        f"{counted(found.files, 'file')}, none of them changed or missing.",
        soft_wrap=True,
    )
    results.print(f"Seal, to note elsewhere: {found.seal}", soft_wrap=True)


@audit.command()
def reads(
    record: RecordOption = "",
    store: StoreOption = STORE,
    case: Annotated[str | None, typer.Option(metavar="NUMBER", help="Only of this case.")] = None,
    person: Annotated[str | None, typer.Option(metavar="NAME", help="Only by this sign-in name.")] = None,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Only from then on.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Only before then.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the last first.")] = 100,
    as_json: JsonOption = False,
) -> None:
    """List who looked at which case, when, and at what.

    **Example**: `foramen audit reads --case k7m2-q9xt-4bce --since 2026-01-01`
    """
    with existing(record, store) as records:
        found = records.reads.find(
            case_id=case,
            person=_person(records, person) if person else None,
            since=read_moment(since) if since else None,
            until=read_moment(until) if until else None,
            limit=limit,
        )
    if as_json:
        print_json(json.dumps([read.model_dump(mode="json") for read in found], indent=2))
    else:
        results.print(_table(found) if found else "Nobody looked.")


@audit.command()
def export(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the files.", show_default=False)],
    record: RecordOption = "",
    store: StoreOption = STORE,
    quiet: QuietOption = False,
) -> None:
    """Write every event and every read as lines of JSON, for an auditor's own tools.

    `events.jsonl` holds patients' data; keep it as you keep the record. The export is itself noted as a read.

    **Example**: `foramen audit export --out audit/`
    """
    from foramen.records.export import export as write

    with existing(record, store) as records, Stages(quiet=quiet) as stages, written_whole(out) as folder:
        records.reads.note("", by=whoever_runs_this(), at=read_moment(None), what="export of the record")
        write(records.database, folder, progress=stages)
    results.print(
        f"[bold]{out / 'events.jsonl'}[/bold] and [bold]{out / 'reads.jsonl'}[/bold] hold all of it.", soft_wrap=True
    )


@contextmanager
def existing(record: str, store: Path) -> Iterator[Records]:
    """A record that is there: looking at one must not make one."""
    from foramen.records import Records

    records = Records.open(record or address(store), store=store, make=False)
    try:
        yield records
    finally:
        records.close()


def counted(number: int, word: str) -> str:
    """A number with its word, such as `1 case` and `12 cases`."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def address(store: Path) -> str:
    """The address of the record that lies in the store's own folder."""
    return f"sqlite:///{(store / 'record.sqlite').resolve()}"


def whoever_runs_this() -> Actor:
    """The machine's account that runs a command, as it is kept with what the command does."""
    import getpass

    from foramen.records import Actor, Role

    return Actor(name=f"{getpass.getuser()}, on the command line", role=Role.ADMINISTRATOR)


def _person(records: Records, login: str) -> str:
    from foramen.errors import InputError

    found = [person.id for person in records.people.all() if person.login == login.strip().casefold()]
    if not found:
        raise InputError("There is no account of this sign-in name; `foramen audit reads` without --person shows all.")
    return found[0]


def _table(found: tuple[Read, ...]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("when", "who", "role", "case", "looked at"):
        table.add_column(heading)
    for read in found:
        when = read.at.astimezone().strftime("%Y-%m-%d %H:%M")
        table.add_row(when, read.by.name, str(read.by.role), read.case_id or "several", read.what)
    return table
