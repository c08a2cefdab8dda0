"""`foramen`: one command per step of the journey.

Nothing heavy is imported until a command runs, so that `foramen --help` answers at once.
"""

import os
import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from foramen import __version__
from foramen.cli.anatomy import anatomy
from foramen.cli.audit import audit
from foramen.cli.backup import backup, restore
from foramen.cli.call import call
from foramen.cli.consent import consent
from foramen.cli.console import errors
from foramen.cli.demo import demo
from foramen.cli.discharge import discharge
from foramen.cli.doctor import doctor
from foramen.cli.injectate import injectate
from foramen.cli.needle import needle
from foramen.cli.outcome import outcome
from foramen.cli.plan import plan
from foramen.cli.policy import policy
from foramen.cli.procedure import procedure
from foramen.cli.schema import schema
from foramen.cli.screen import screen
from foramen.cli.serve import serve
from foramen.cli.simulate import simulate
from foramen.cli.spread import spread
from foramen.errors import ForamenError

INTERRUPTED = 130
OWN_FAULT = 1
SHOW_FAULTS = "FORAMEN_SHOW_FAULTS"
"""Set in the environment, a fault of Foramen's own prints its whole trace, which may name files and values."""

app = typer.Typer(
    name="foramen",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    epilog="""**Examples**

`foramen demo` — plan on the embedded digital patient and open the report it names

`foramen plan scan/ --labels labels.nii.gz --root L4-left --out plan/` — one root of your own CT

`foramen doctor` — what is installed, what is missing, what to do
""",
)

app.command()(demo)
app.command()(anatomy)
app.command()(plan)
app.command()(needle)
app.command()(spread)
app.command()(simulate)
app.command()(screen)
app.add_typer(policy)
app.command()(consent)
app.command()(injectate)
app.command()(procedure)
app.command()(discharge)
app.command()(call)
app.command()(outcome)
app.command()(serve)
app.add_typer(audit)
app.command()(backup)
app.command()(restore)
app.command()(doctor)
app.command()(schema)


def _show_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"foramen {__version__}\n")
        raise typer.Exit


@app.callback()
def _foramen(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Plan, guide and follow up **image-guided lumbar nerve root injections**.

    Decision support and research software, not a certified medical device: a clinician approves every step.
    """


def main() -> None:
    """Run the command line; an error that the user can act on is one sentence and an exit code, never a traceback."""
    try:
        app()
    except ForamenError as error:
        errors.print(str(error), style="bold red", markup=False, highlight=False)
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        errors.print("Stopped; nothing was written.", style="bold red")
        raise SystemExit(INTERRUPTED) from None
    except BrokenPipeError:
        # Whoever read the results has read enough (`foramen ... | head`): Python must not complain at its end either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except MemoryError:
        errors.print("This machine's memory is not enough for this scan; nothing was written.", style="bold red")
        raise SystemExit(ForamenError.exit_code) from None
    except Exception as fault:
        if os.environ.get(SHOW_FAULTS):
            raise
        errors.print(_own_fault(fault), style="bold red", markup=False)
        raise SystemExit(OWN_FAULT) from None


def _own_fault(fault: Exception) -> str:
    """What to say of a fault of Foramen's own: where, but not what it was about, which could be a patient."""
    where = traceback.extract_tb(fault.__traceback__)[-1]
    return (
        f"Foramen stopped at a fault of its own ({type(fault).__name__} in {Path(where.filename).name}, line "
        f"{where.lineno}); nothing was written. Please report it with what {SHOW_FAULTS}=1 makes it print."
    )
