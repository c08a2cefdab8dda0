"""A simulated procedure as a person writes it down: `CASE.toml`."""

import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from foramen.anatomy.root import Root
from foramen.errors import ForamenError, InputError, UsageError
from foramen.simulation.parameters import PatientParameters


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PlanningScan(_Table):
    """The planning CT."""

    spacing_mm: tuple[float, float, float] = (0.9, 0.9, 2.0)
    noise_hu: float = Field(default=14.0, ge=0, le=100)


class ControlScans(_Table):
    """The control scans: so many slices so thick around the tip, and how the patient moves between them."""

    slices: int = Field(default=12, ge=4, le=60)
    thickness_mm: float = Field(default=2.5, ge=0.6, le=5)
    pixel_mm: float = Field(default=0.7, ge=0.4, le=1.2)
    field_mm: float = Field(default=200.0, ge=100, le=400)
    noise_hu: float = Field(default=22.0, ge=0, le=100)
    shift_mm: float = Field(default=2.0, ge=0, le=30, description="Standard deviation of the patient's motion")
    turn_deg: float = Field(default=0.7, ge=0, le=10)


class OperatorTable(_Table):
    """Who inserts the needle, and with what."""

    advised: bool = True
    gauge: int = Field(default=22, ge=18, le=25)


class ContrastTable(_Table):
    """What is injected, and what happens to it."""

    volume_ml: float = Field(default=0.3, gt=0, le=3)
    iodine_mg_ml: float = Field(default=100.0, ge=10, le=400)
    vessel: Literal["none", "paraspinal vein", "ascending lumbar vein", "epidural plexus", "radicular artery"] = "none"
    vessel_share: float = Field(default=0.6, gt=0, le=1)
    washout_s: float = Field(default=20.0, gt=0)
    scan_after_s: float = Field(default=2.0, ge=0)


class CaseFile(_Table):
    """Everything a case says; all but the root has a default."""

    root: str
    seed: int = Field(default=1, ge=0)
    patient: dict[str, Any] = Field(default_factory=dict, description="As `PatientParameters`")
    scan: PlanningScan = PlanningScan()
    control: ControlScans = ControlScans()
    operator: OperatorTable = OperatorTable()
    contrast: ContrastTable = ContrastTable()

    @property
    def target(self) -> Root:
        """The root that is meant."""
        return Root.parse(self.root)

    @property
    def parameters(self) -> PatientParameters:
        """The patient.

        Raises
        ------
        InputError
            If there can be no such patient.
        """
        known = [one.name for one in fields(PatientParameters)]
        if unknown := sorted(set(self.patient) - set(known)):
            raise InputError(f"A patient has no '{unknown[0]}', but {', '.join(known)}.")
        told = dict(self.patient)
        try:
            told["narrowing"] = {Root.parse(name): share for name, share in told.get("narrowing", {}).items()}
            return PatientParameters(**told)
        except (UsageError, TypeError, AttributeError) as problem:
            raise InputError(f"There can be no such patient: {problem}") from problem


def read_case(path: Path) -> CaseFile:
    """Read a case.

    Raises
    ------
    InputError
        If it can't be read or says something that can't be simulated; the message names the first such entry.
    """
    try:
        told = CaseFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as problem:
        raise InputError(f"The case {path.name} can't be read.") from problem
    except tomllib.TOMLDecodeError as problem:
        raise InputError(f"{path.name} is no TOML: {problem}.") from problem
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{path.name}: {where}: {first['msg']}.") from problem
    try:
        _ = told.target, told.parameters
    except ForamenError as problem:
        raise InputError(f"{path.name}: {problem}") from problem
    return told
