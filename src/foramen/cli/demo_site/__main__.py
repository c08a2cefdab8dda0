"""Fill a fresh record with the three digital patients, start the application on it in the background, and say where."""

import shutil
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from foramen.cli.console import Stages, errors, results
from foramen.cli.demo_site.ada import tell_ada
from foramen.cli.demo_site.background import HOURS, start, stop
from foramen.cli.demo_site.ben import tell_ben
from foramen.cli.demo_site.carl import tell_carl
from foramen.cli.demo_site.staff import Account, hire
from foramen.errors import ForamenError
from foramen.records import Records

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)

STORE = Annotated[Path, typer.Option("--store", metavar="DIR", help="Folder of the record; made anew each time.")]
DEFAULT_STORE = Path("out/demo-site")


@app.command("start")
def start_demo(
    demo: Annotated[Path, typer.Option("--demo", metavar="DIR", help="What `foramen demo` left.")] = Path("out/demo"),
    examples: Annotated[Path, typer.Option("--examples", metavar="DIR", help="The worked patients.")] = Path(
        "examples"
    ),
    store: STORE = DEFAULT_STORE,
    port: Annotated[int, typer.Option("--port", help="Port on the loopback address; 0 for any free one.")] = 8410,
) -> None:
    """Fill the record and start the application on it."""
    stop(store)
    shutil.rmtree(store, ignore_errors=True)
    store.mkdir(parents=True)
    accounts = fill(store, demo, examples)
    address = start(store, port)
    results.print(f"\nThe application is at [bold]{address}[/bold], with three digital patients:", soft_wrap=True)
    results.print("Ada waits for her consent, Ben is ready for the table, Carl is at home. Sign in as:", soft_wrap=True)
    for account in accounts:
        results.print(f"  [bold]{account.login:<14}[/bold] {account.password}")
    results.print(f"It ends with [bold]make stop[/bold], or by itself after {HOURS} hours.")


@app.command("stop")
def stop_demo(store: STORE = DEFAULT_STORE) -> None:
    """Stop it."""
    results.print("The application has ended." if stop(store) else "The application is not running.")


def fill(store: Path, demo: Path, examples: Path) -> tuple[Account, ...]:
    """The three patients and those who treat them."""
    now = datetime.now().astimezone().replace(microsecond=0)
    records = Records.open(f"sqlite:///{(store / 'record.sqlite').resolve()}", store=store)
    try:
        with Stages() as stages:
            accounts, staff = hire(records, now)
            tell_carl(records, staff, examples, demo, now, stages)
            tell_ben(records, staff, examples, now, stages)
            tell_ada(records, staff, examples, now)
    finally:
        records.close()
    return accounts


def main() -> None:
    """Run; an error that the user can act on is one sentence."""
    try:
        app()
    except ForamenError as error:
        errors.print(str(error), style="bold red", markup=False, highlight=False)
        raise SystemExit(error.exit_code) from None


if __name__ == "__main__":
    main()
