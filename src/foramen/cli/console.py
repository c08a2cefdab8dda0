"""Where the command line speaks: results on standard output, everything else on standard error."""

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

results = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def print_json(text: str) -> None:
    """JSON for machines, exactly as given: no colour, no folding."""
    sys.stdout.write(text + "\n")


class Stages:
    """A progress bar with the stage's name, and one line per finished stage with its seconds.

    Call it as any `progress` argument is called. Where standard error is not a terminal, only the finished lines are
    printed, so that a log says where the time went.

    Parameters
    ----------
    quiet : bool
        Say nothing at all.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._stage = ""
        self._began = 0.0
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=errors,
            transient=True,
            disable=quiet or not errors.is_terminal,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if kind is None:
            self._finish()
        self._bar.stop()

    def __call__(self, stage: str, fraction: float) -> None:
        """Show where the work stands; a new name ends the stage before."""
        if stage != self._stage:
            self._finish()
            self._stage, self._began = stage, time.monotonic()
            self._task = self._bar.add_task(stage, total=1.0)
        if self._task is not None:
            self._bar.update(self._task, completed=min(max(fraction, 0.0), 1.0))

    def _finish(self) -> None:
        if not self._stage:
            return
        if self._task is not None:
            self._bar.remove_task(self._task)
        if not self._quiet:
            seconds = time.monotonic() - self._began
            self._bar.console.print(f"[green]✓[/green] {self._stage} [dim]{seconds:.1f} s[/dim]")
        self._stage = ""
