"""The spread as it is kept: `spread.json`, schema `foramen.spread/1`."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from foramen.guidance.read_spread_scans import SpreadRead
from foramen.guidance.release import Pattern, Release
from foramen.guidance.spread import Given, Spread

Millilitres = Annotated[float, PlainSerializer(lambda v: round(v, 3), return_type=float)]
Millimetres = Annotated[float, PlainSerializer(lambda v: round(v, 1), return_type=float)]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class VesselFound(_Record):
    """One piece of contrast that looks like a vessel."""

    length_mm: Millimetres
    farthest_from_root_mm: Millimetres
    toward_canal: bool


class ScanRead(_Record):
    """One scan that was compared, and how it lies on the planning CT."""

    role: Literal["before", "after", "second"]
    fingerprint: str
    registration: Literal["trusted", "refused", "same-frame"]
    reason: str = ""


class SpreadFile(_Record):
    """Everything `spread.json` holds."""

    schema_: Literal["foramen.spread/1"] = Field(default="foramen.spread/1", alias="schema")
    root: str
    route: str = ""
    pattern: Pattern
    pfirrmann_type: Literal[1, 2, 3] | None
    compartments: dict[str, Millilitres] = Field(description="Volume of the syringe's fluid in each, ml")
    length_along_root_mm: Millimetres
    release: Release
    reasons: tuple[str, ...]
    limits: tuple[str, ...] = Field(description="What CT can't see")
    injected_ml: Millilitres | None
    iodine_mg_ml: float
    found_ml: Millilitres
    selective: bool
    roots_reached: tuple[str, ...] = Field(description="Other roots with contrast beside them")
    vessels: tuple[VesselFound, ...]
    noise_hu: Millimetres = Field(description="Standard deviation of the comparison")
    scans: tuple[ScanRead, ...]
    software: dict[str, str]
    warnings: tuple[str, ...] = ()

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


def scans_read(read: SpreadRead) -> tuple[ScanRead, ...]:
    """Every scan that was compared, and how it lies."""
    return tuple(
        ScanRead(
            role=role, fingerprint=scan.ct.fingerprint, registration=scan.laid.status.value, reason=scan.laid.reason
        )
        for role, scan in (("before", read.before), ("after", read.after), ("second", read.second))
        if scan is not None
    )


def spread_file(
    spread: Spread,
    given: Given,
    *,
    route: str,
    scans: tuple[ScanRead, ...],
    version: str,
    warnings: tuple[str, ...] = (),
) -> SpreadFile:
    """What was read, as it is kept."""
    return SpreadFile(
        root=str(spread.root),
        route=route,
        pattern=spread.decision.pattern,
        pfirrmann_type=_type(spread.pfirrmann_type),
        compartments={str(c): ml for c, ml in spread.compartments_ml.items()},
        length_along_root_mm=spread.length_along_root_mm,
        release=spread.decision.release,
        reasons=spread.decision.reasons,
        limits=spread.limits,
        injected_ml=given.injected_ml,
        iodine_mg_ml=given.iodine_mg_ml,
        found_ml=spread.found_ml,
        selective=not spread.roots_reached,
        roots_reached=tuple(map(str, spread.roots_reached)),
        vessels=tuple(
            VesselFound(length_mm=v.length_mm, farthest_from_root_mm=v.farthest_mm, toward_canal=v.toward_canal)
            for v in spread.vessels
        ),
        noise_hu=spread.contrast.noise_hu,
        scans=scans,
        software={"name": "foramen", "version": version},
        warnings=warnings,
    )


def _type(number: int | None) -> Literal[1, 2, 3] | None:
    return 1 if number == 1 else 2 if number == 2 else 3 if number == 3 else None
