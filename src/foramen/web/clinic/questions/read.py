"""From a form to the referral: what was typed becomes facts, and what can't be read is said field by field."""

import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from foramen.pathway.facts import Referral
from foramen.web.clinic.moments import read_moment
from foramen.web.clinic.questions.fields import Field, Part, Rows
from foramen.web.clinic.questions.typed import NONE, SOME, row_count

NO_NUMBER = "Enter a number, such as 7 or 7.5."


@dataclass(frozen=True)
class Read:
    """What a form says: values by the place they belong to, and the faults by the field they are in."""

    values: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


def read(parts: Iterable[Part], form: Mapping[str, str], zone: ZoneInfo) -> Read:
    """Read the answers of a form; a field that is not in the form says nothing and changes nothing."""
    found = Read()
    for part in parts:
        if isinstance(part, Rows):
            _read_rows(part, form, zone, "", found.values, found.faults)
        elif part.path in form:
            _keep(part, form, zone, "", found.values, found.faults)
    return found


def answered(referral: Referral, values: Mapping[str, Any]) -> Referral:
    """The referral with these answers in their places.

    Raises
    ------
    pydantic.ValidationError
        If an answer is not of the format, such as a weight under zero.
    """
    facts = referral.model_dump(mode="json", by_alias=True)
    for path, value in values.items():
        _put(facts, path.split("."), value)
    return Referral.model_validate_json(json.dumps(facts))


def faults_of(error: ValidationError) -> dict[str, str]:
    """What the format finds wrong, by the field it is in, in words for whoever typed it."""
    return {".".join(str(step) for step in fault["loc"]): _said(fault) for fault in error.errors(include_url=False)}


def _said(fault: Mapping[str, Any]) -> str:
    limits = fault.get("ctx", {})
    words = {
        "greater_than_equal": f"Enter {limits.get('ge')} or more.",
        "greater_than": f"Enter more than {limits.get('gt')}.",
        "less_than_equal": f"Enter {limits.get('le')} or less.",
        "string_too_short": "Enter at least two letters.",
        "string_pattern_mismatch": "Enter the international name in lower case letters, such as warfarin.",
    }
    return words.get(fault["type"], "Enter an answer here.")


def _put(facts: dict[str, Any], steps: list[str], value: Any) -> None:
    for step in steps[:-1]:
        if facts.get(step) is None:
            facts[step] = {}
        facts = facts[step]
    if value is None and steps[-2:-1] == ["power"]:
        facts.pop(steps[-1], None)  # a movement not tested is left out
    else:
        facts[steps[-1]] = deepcopy(value)


def _read_rows(
    part: Rows, form: Mapping[str, str], zone: ZoneInfo, prefix: str, values: dict[str, Any], faults: dict[str, str]
) -> None:
    name = prefix + part.path
    rows = []
    for number in range(row_count(name, form)):
        start = f"{name}.{number}."
        if not any(form.get(start + one.path) for one in part.row if isinstance(one, Field)):
            continue
        row: dict[str, Any] = {}
        for one in part.row:
            if isinstance(one, Rows):
                _read_rows(one, form, zone, start, row, faults)
            else:
                _keep(one, form, zone, start, row, faults)
        rows.append({key.removeprefix(start): value for key, value in row.items()})
    there = form.get(f"{name}.there")
    if there == NONE and rows:
        faults[f"{name}.there"] = "You chose none, and some are filled in: take one of the two back."
    elif there == SOME and not rows:
        faults[f"{name}.there"] = f"Fill in at least one {part.one}."
    elif there is not None or rows or _was_shown(part, name, form):
        values[name] = rows


def _was_shown(part: Rows, name: str, form: Mapping[str, str]) -> bool:
    """Whether a list that can't be answered with none stood in the form: left empty, it is empty."""
    return not part.none and f"{name}.0.{part.row[0].path}" in form


def _keep(
    one: Field, form: Mapping[str, str], zone: ZoneInfo, prefix: str, values: dict[str, Any], faults: dict[str, str]
) -> None:
    name, text = prefix + one.path, form.get(prefix + one.path, "").strip()
    try:
        values[name] = one.unknown if not text else _value(one, text, zone)
    except ValueError as error:
        faults[name] = str(error)


def _value(one: Field, text: str, zone: ZoneInfo) -> Any:
    match one.kind:
        case "choice":
            return _chosen(one, text)
        case "number":
            return _number(text)
        case "whole":
            return int(_number(text))
        case "date":
            return _day(text)
        case "moment":
            return read_moment(text, zone).isoformat()
        case _:
            return text


def _chosen(one: Field, text: str) -> Any:
    if text not in dict(one.options):
        raise ValueError("Choose one of these.")
    return int(text) if text.isdigit() else text


def _number(text: str) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        raise ValueError(NO_NUMBER) from None
    if not isfinite(number):
        raise ValueError(NO_NUMBER)
    return number


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("Enter a date, such as 2025-03-13.") from None
