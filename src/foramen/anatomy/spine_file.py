"""The spine as it is kept: `spine.json`, schema `foramen.spine/1`. All positions LPS mm."""

from typing import Annotated, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from foramen import __version__
from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.corrections import Corrections
from foramen.anatomy.spine import Foramen, NerveRoot, Vector, Vertebra
from foramen.imaging.ct import Ct

Millimetres = Annotated[float, PlainSerializer(lambda v: round(v, 2), return_type=float)]
Share = Annotated[float, PlainSerializer(lambda v: round(v, 2), return_type=float)]
Direction = Annotated[float, PlainSerializer(lambda v: round(v, 5), return_type=float)]
Point = tuple[Millimetres, Millimetres, Millimetres]
Axis = tuple[Direction, Direction, Direction]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SpinePedicle(_Record):
    """A pedicle at its narrowest section."""

    side: str
    centre_mm: Point
    width_mm: Millimetres
    height_mm: Millimetres


class SpineVertebra(_Record):
    """One vertebra."""

    level: str
    centroid_mm: Point = Field(description="Centre of the body")
    axes: tuple[Axis, Axis, Axis] = Field(description="Left, posterior and cranial as unit vectors")
    canal_centre_mm: Point
    body_height_mm: Millimetres
    pedicles: tuple[SpinePedicle, ...]
    confidence: Share
    complete: bool


class SpineForamen(_Record):
    """One foramen, or why it can't be seen."""

    root: str
    visible: bool
    reason: str = ""
    centre_mm: Point | None = None
    medial_mm: Point | None = None
    lateral_mm: Point | None = None
    height_mm: Millimetres | None = None
    width_mm: Millimetres | None = None


class SpineRoot(_Record):
    """Where a root is thought to run."""

    root: str
    point_mm: Point
    uncertainty_mm: Millimetres
    evidence: str
    path_mm: tuple[Point, ...]
    ganglion_mm: Point


class SpineLevels(_Record):
    """How the levels got their names."""

    certain: bool
    confidence: Share
    evidence: tuple[str, ...]
    question: str = ""


class SpineFile(_Record):
    """Everything `spine.json` holds."""

    schema_: Literal["foramen.spine/1"] = Field(default="foramen.spine/1", alias="schema")
    software: dict[str, str]
    provider: str
    scan_fingerprint: str
    series_uid: str = ""
    warnings: tuple[str, ...]
    levels: SpineLevels | None = Field(default=None, description="Null where a label map named them")
    vertebrae: tuple[SpineVertebra, ...]
    canal_centreline_mm: tuple[Point, ...]
    foramina: tuple[SpineForamen, ...]
    roots: tuple[SpineRoot, ...]
    corrections: Corrections | None = None

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    @classmethod
    def of(cls, ct: Ct, anatomy: Anatomy, corrections: Corrections | None = None) -> Self:
        """The spine of an anatomy, with what was corrected in it."""
        spine, levels = anatomy.spine, anatomy.levels
        return cls(
            software={"name": "foramen", "version": __version__},
            provider=anatomy.provider,
            scan_fingerprint=ct.fingerprint,
            series_uid=ct.identity.series_uid,
            warnings=tuple(dict.fromkeys((*ct.warnings, *anatomy.warnings))),
            levels=levels
            and SpineLevels(
                certain=levels.certain,
                confidence=levels.confidence,
                evidence=levels.evidence,
                question=levels.question,
            ),
            vertebrae=tuple(_vertebra(v) for v in spine.vertebrae),
            canal_centreline_mm=tuple(_point(p) for p in spine.canal_centreline_mm[::2]),
            foramina=tuple(_foramen(f) for f in spine.foramina),
            roots=tuple(_root(r) for r in spine.roots),
            corrections=corrections,
        )


def _point(mm: Vector) -> Point:
    return float(mm[0]), float(mm[1]), float(mm[2])


def _maybe(mm: Vector | None) -> Point | None:
    return None if mm is None else _point(mm)


def _vertebra(seen: Vertebra) -> SpineVertebra:
    left, posterior, cranial = (_point(axis) for axis in seen.frame.axes)
    return SpineVertebra(
        level=seen.level,
        centroid_mm=_point(seen.centroid_mm),
        axes=(left, posterior, cranial),
        canal_centre_mm=_point(seen.canal_centre_mm),
        body_height_mm=seen.body_height_mm,
        pedicles=tuple(
            SpinePedicle(side=str(p.side), centre_mm=_point(p.centre_mm), width_mm=p.width_mm, height_mm=p.height_mm)
            for p in seen.pedicles.values()
        ),
        confidence=seen.confidence,
        complete=seen.complete,
    )


def _foramen(seen: Foramen) -> SpineForamen:
    return SpineForamen(
        root=str(seen.root),
        visible=seen.visible,
        reason=seen.reason,
        centre_mm=_maybe(seen.centre_mm),
        medial_mm=_maybe(seen.medial_mm),
        lateral_mm=_maybe(seen.lateral_mm),
        height_mm=None if np.isnan(seen.height_mm) else seen.height_mm,
        width_mm=None if np.isnan(seen.width_mm) else seen.width_mm,
    )


def _root(seen: NerveRoot) -> SpineRoot:
    return SpineRoot(
        root=str(seen.root),
        point_mm=_point(seen.point_mm),
        uncertainty_mm=seen.uncertainty_mm,
        evidence=str(seen.evidence),
        path_mm=tuple(_point(p) for p in seen.path_mm),
        ganglion_mm=_point(seen.ganglion_mm),
    )
