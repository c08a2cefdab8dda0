"""A numbering: which value of a label map means which structure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from foramen.anatomy.schemes.names import UnknownNameError, structure_named
from foramen.anatomy.structures import Structure
from foramen.errors import InputError, UsageError

BUILT_IN = ("totalsegmentator-v2", "totalsegmentator-v3", "totalsegmentator-v1", "verse", "tptbox", "totalspineseg")
"""Schemes that are recognised from content; earlier ones win where two give the same vertebrae."""
FORAMEN = "foramen"
"""Foramen's own values. Never recognised from content: its L1 to L4 would look like VerSe's L2 to L5."""
LARGEST_SCHEME_BYTES = 1 << 20


@dataclass(frozen=True, eq=False)
class Scheme:
    """The meaning of each value.

    Parameters
    ----------
    name, title : str
        For the command line, and in words.
    values : mapping of int to Structure or None
        None where the value is known and has no place in Foramen's vocabulary.
    """

    name: str
    title: str
    values: Mapping[int, Structure | None]

    @cached_property
    def can_hold(self) -> frozenset[Structure]:
        """Every structure that some value stands for."""
        return frozenset(s for s in self.values.values() if s is not None)


def scheme_named(name: str) -> Scheme:
    """One of the schemes that come with Foramen, or the one in a TOML file.

    Raises
    ------
    UsageError
        If there is neither.
    InputError
        If the file is no scheme.
    """
    if name == FORAMEN:
        return Scheme(FORAMEN, "Foramen's own numbering", {int(s): s for s in Structure if s})
    if name in BUILT_IN:
        return _parsed(files("foramen.anatomy.schemes").joinpath(f"{name}.toml").read_bytes(), name)
    path = Path(name)
    if not path.is_file():
        raise UsageError(
            f"'{name}' is neither a file nor a label scheme; the schemes are {', '.join((*BUILT_IN, FORAMEN))}."
        )
    if path.stat().st_size > LARGEST_SCHEME_BYTES:
        raise InputError(f"{path.name} is too large to be a label scheme.")
    return _parsed(path.read_bytes(), path.name)


def scheme_of_names(names: Mapping[int, str], title: str) -> tuple[Scheme, tuple[str, ...]]:
    """The scheme that a map's own names give, and the names that are not known."""
    values: dict[int, Structure | None] = {}
    unknown = []
    for value, name in names.items():
        try:
            values[value] = structure_named(name)
        except UnknownNameError:
            unknown.append(name)
    return Scheme("names", title, values), tuple(unknown)


def _parsed(text: bytes, name: str) -> Scheme:
    try:
        document = tomllib.loads(text.decode())
        names = _names(document)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValueError, AttributeError, TypeError) as error:
        raise InputError(
            f'{name} is no label scheme: it needs a table [values] with lines such as 27 = "vertebrae_L5".'
        ) from error
    scheme, unknown = scheme_of_names(names, str(document.get("title", name)))
    if unknown:
        raise InputError(f"{name} names structures that Foramen does not know: {', '.join(unknown[:5])}.")
    values = dict(scheme.values)
    if "based_on" in document:
        values = dict(scheme_named(str(document["based_on"])).values) | values
    return Scheme(name, scheme.title, values)


def _names(document: Mapping[str, Any]) -> dict[int, str]:
    names = {number: str(name) for number, name in enumerate(document.get("classes", ()), start=1)}
    names |= {int(value): str(name) for value, name in document.get("values", {}).items()}
    if not names or min(names) < 0:
        raise ValueError("no values")
    return names
