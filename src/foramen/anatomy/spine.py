"""The lumbar spine as geometry: frames, pedicles, foramina and nerve roots, in LPS mm."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foramen.anatomy.root import Root, Side

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Frame:
    """A vertebra's own axes, which follow scoliosis and lordosis: unit vectors in LPS, at right angles, right-handed.

    `left × posterior = cranial`, as in the world frame itself.
    """

    origin_mm: Vector
    left: Vector
    posterior: Vector
    cranial: Vector

    @property
    def axes(self) -> NDArray[np.float64]:
        """Left, posterior, cranial as rows, shape (3, 3)."""
        return np.stack([self.left, self.posterior, self.cranial])

    def to_local(self, world_mm: ArrayLike) -> Vector:
        """LPS mm to mm along left, posterior, cranial from the origin, shape (..., 3)."""
        return (np.asarray(world_mm, dtype=np.float64) - self.origin_mm) @ self.axes.T

    def to_world(self, local_mm: ArrayLike) -> Vector:
        """Mm along left, posterior, cranial to LPS mm, shape (..., 3)."""
        return np.asarray(local_mm, dtype=np.float64) @ self.axes + self.origin_mm


@dataclass(frozen=True, eq=False)
class Pedicle:
    """The bridge between body and arch, measured at its narrowest section (the isthmus)."""

    side: Side
    centre_mm: Vector
    width_mm: float
    height_mm: float


@dataclass(frozen=True, eq=False)
class Vertebra:
    """One vertebra: `frame.origin_mm` is the centre of its body."""

    level: str
    frame: Frame
    canal_centre_mm: Vector
    body_height_mm: float
    pedicles: dict[Side, Pedicle]
    confidence: float = 1.0
    complete: bool = True

    @property
    def centroid_mm(self) -> Vector:
        """Centre of the vertebral body."""
        return self.frame.origin_mm


@dataclass(frozen=True, eq=False)
class Foramen:
    """The bony opening a root leaves through, or why it can't be seen.

    For a lumbar root: the opening below the pedicle of its level, `centre_mm` in the sagittal plane midway between the
    isthmi of the two pedicles. For S1: the dorsal foramen of the sacrum, `medial_mm` at its ventral mouth.

    Attributes
    ----------
    frame
        Axes at the foramen: `left`, `posterior`, `cranial` between those of its two vertebrae; origin at the centre.
    medial_mm, lateral_mm
        Where the opening begins at the canal and ends outside, on the line through its centre.
    height_mm, width_mm
        Between the pedicles, and from disc to facet.
    """

    root: Root
    visible: bool
    reason: str = ""
    frame: Frame | None = None
    centre_mm: Vector | None = None
    medial_mm: Vector | None = None
    lateral_mm: Vector | None = None
    height_mm: float = float("nan")
    width_mm: float = float("nan")


class RootEvidence(StrEnum):
    """Where a root's position was taken from."""

    IMAGE = "seen in the image"
    STATISTICS = "estimated from published anatomy"


@dataclass(frozen=True, eq=False)
class NerveRoot:
    """Where a root is thought to run.

    Attributes
    ----------
    point_mm
        The root at the foramen: the point the plan is about.
    path_mm
        Its course from the thecal sac through the foramen and 15 mm beyond, shape (n, 3).
    ganglion_mm, ganglion_radii_mm
        Centre and half axes (along the root, across it) of the dorsal root ganglion.
    radius_mm
        Of the root itself.
    uncertainty_mm
        One sigma of `point_mm` across the root's course.
    """

    root: Root
    point_mm: Vector
    path_mm: NDArray[np.float64]
    ganglion_mm: Vector
    ganglion_radii_mm: tuple[float, float]
    radius_mm: float
    uncertainty_mm: float
    evidence: RootEvidence


@dataclass(frozen=True, eq=False)
class Spine:
    """Everything the planner needs to know of the lumbar spine; what could not be found is absent, with a warning."""

    vertebrae: tuple[Vertebra, ...]
    canal_centreline_mm: NDArray[np.float64]
    foramina: tuple[Foramen, ...]
    roots: tuple[NerveRoot, ...]
    warnings: tuple[str, ...] = ()

    def vertebra(self, level: str) -> Vertebra | None:
        """The vertebra of that level, where it is in view."""
        return next((v for v in self.vertebrae if v.level == level), None)

    def foramen(self, root: Root) -> Foramen:
        """The foramen of that root; one that is not in view says why."""
        found = next((f for f in self.foramina if f.root == root), None)
        return found or Foramen(root, visible=False, reason=f"{root.level} is not in the scan")

    def nerve(self, root: Root) -> NerveRoot | None:
        """The course of that root, where its foramen is visible."""
        return next((n for n in self.roots if n.root == root), None)
