"""The worked patients of `examples/`, moved in time so that their day lies where the demo needs it."""

import json
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from foramen.errors import InputError
from foramen.pathway.facts.base import Facts

Record = TypeVar("Record", bound=Facts)
Change = Callable[[dict[str, Any]], None]

DAY = datetime.fromisoformat("2025-03-13T09:00:00+01:00")
"""When the worked patients' procedures begin."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")


def worked(
    examples: Path, patient: str, name: str, kind: type[Record], by: timedelta, change: Change | None = None
) -> Record:
    """One record of a worked patient, every moment in it moved, and changed where the demo's patient differs."""
    path = examples / patient / f"{name}.json"
    try:
        told = moved(json.loads(path.read_text(encoding="utf-8")), by)
    except OSError:
        raise InputError(f"The worked patient {patient} is not under {examples}; give --examples.") from None
    if change is not None:
        change(told)
    return kind.from_json(json.dumps(told))


def moved(told: Any, by: timedelta) -> Any:
    """The same, every date and time in it moved."""
    if isinstance(told, dict):
        return {name: moved(value, by) for name, value in told.items()}
    if isinstance(told, list):
        return [moved(value, by) for value in told]
    if isinstance(told, str) and _MOMENT.match(told):
        return (datetime.fromisoformat(told) + by).isoformat()
    if isinstance(told, str) and _DATE.fullmatch(told):
        return (date.fromisoformat(told) + timedelta(days=round(by / timedelta(days=1)))).isoformat()
    return told
