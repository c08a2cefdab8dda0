"""What a person corrected, as data: `foramen.corrections/1`.

Kept with every result that it changed. Positions are LPS mm of the scan.
"""

from dataclasses import replace
from pathlib import Path
from typing import Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.level_names import Anchor
from foramen.anatomy.root import Root
from foramen.anatomy.spine import NerveRoot, Spine
from foramen.anatomy.structures import Structure
from foramen.errors import InputError, UsageError
from foramen.imaging.volume import Volume

Point = tuple[float, float, float]

FORBIDDEN_RADIUS_MM = 5.0


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class NamedLevel(_Record):
    """A vertebra and a point inside its body."""

    level: str
    point_mm: Point


class MovedTarget(_Record):
    """Where a root really is: the plan aims for it instead of the place that was found."""

    root: str
    point_mm: Point

    @field_validator("root")
    @classmethod
    def _is_a_root(cls, name: str) -> str:
        try:
            return str(Root.parse(name))
        except UsageError as error:
            raise ValueError(str(error)) from error


class ForbiddenPoint(_Record):
    """A ball that no needle may cross: a vessel or bowel that was not labelled."""

    point_mm: Point
    radius_mm: float = Field(default=FORBIDDEN_RADIUS_MM, gt=0, le=50)
    why: str = ""


class Corrections(_Record):
    """Everything that a person corrected in one scan's anatomy."""

    schema_: Literal["foramen.corrections/1"] = Field(default="foramen.corrections/1", alias="schema")
    level: NamedLevel | None = Field(default=None, description="One vertebra's right name; the others are counted")
    targets: tuple[MovedTarget, ...] = ()
    forbidden: tuple[ForbiddenPoint, ...] = ()

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a corrections file.

        Raises
        ------
        InputError
            If it can't be read, or is not what `foramen schema corrections` describes.
        """
        try:
            return cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise InputError(f"The corrections {path.name} can't be read: {error.strerror}.") from error
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the file"
            raise InputError(f"The corrections {path.name} are wrong at '{where}': {first['msg']}.") from error

    @property
    def anchor(self) -> Anchor | None:
        """The named vertebra as an anchor."""
        if self.level is None:
            return None
        x, y, z = self.level.point_mm
        return Anchor.parse(f"{self.level.level}={x},{y},{z}")


def corrected(anatomy: Anatomy, corrections: Corrections) -> Anatomy:
    """The anatomy with targets moved and forbidden points marked; the named level was honoured when it was found.

    A moved target carries its root's course along; a forbidden point becomes `OTHER_ORGAN`.

    Raises
    ------
    InputError
        If a root to be moved has no visible foramen, or a point lies outside the scan.
    """
    spine = anatomy.spine
    for target in corrections.targets:
        spine = _with_moved_root(spine, Root.parse(target.root), np.array(target.point_mm), anatomy.structures)
    structures = anatomy.structures
    if corrections.forbidden:
        marked = replace(structures, voxels=structures.voxels.copy(), can_hold=structures.can_hold | {MARK})
        for ball in corrections.forbidden:
            _mark(marked, np.array(ball.point_mm), ball.radius_mm)
        structures = marked
    return replace(anatomy, spine=spine, structures=structures, warnings=(*anatomy.warnings, *_said(corrections)))


MARK = Structure.OTHER_ORGAN


def _said(corrections: Corrections) -> tuple[str, ...]:
    said = []
    if corrections.targets:
        said.append(f"Corrected by hand: {', '.join(t.root for t in corrections.targets)}.")
    if corrections.forbidden:
        said.append(f"Forbidden by hand: {len(corrections.forbidden)} place(s).")
    return tuple(said)


def _with_moved_root(spine: Spine, root: Root, point_mm: np.ndarray, scan: Volume) -> Spine:
    _check_inside(scan, point_mm, f"The corrected place of {root}")
    nerve = spine.nerve(root)
    if nerve is None:
        raise InputError(f"{root} can't be corrected: {spine.foramen(root).reason or 'its foramen is not visible'}.")
    moved = _moved(nerve, point_mm - nerve.point_mm)
    return replace(spine, roots=tuple(moved if n.root == root else n for n in spine.roots))


def _moved(nerve: NerveRoot, by_mm: np.ndarray) -> NerveRoot:
    return replace(
        nerve,
        point_mm=nerve.point_mm + by_mm,
        path_mm=nerve.path_mm + by_mm,
        ganglion_mm=nerve.ganglion_mm + by_mm,
    )


def _mark(labels: Volume, point_mm: np.ndarray, radius_mm: float) -> None:
    """Write a ball into what is not bone."""
    _check_inside(labels, point_mm, "A forbidden point")
    near = labels.crop_around(point_mm[None], radius_mm + 1.0)
    index = np.moveaxis(np.indices(near.shape), 0, -1)
    inside = np.linalg.norm(near.to_world(index) - point_mm, axis=-1) <= radius_mm
    inside |= (index == np.rint(near.to_index(point_mm))).all(axis=-1)
    near.voxels[inside & ((near.voxels == 0) | (near.voxels > Structure.METAL))] = MARK


def _check_inside(scan: Volume, point_mm: np.ndarray, what: str) -> None:
    if not scan.grid.contains(point_mm):
        place = ", ".join(f"{v:.0f}" for v in point_mm)
        raise InputError(f"{what}, ({place}) mm, lies outside the scan; positions are LPS mm.")
