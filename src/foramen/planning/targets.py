"""Where the tip is meant to lie, for each approach, and why.

A zone is a box in the foramen's own frame (outward from the midline, posterior, cranial); each approach places its
middle by the root, the ganglion and the pedicles. The extents are judgement; the anatomy they rest on is cited.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foramen.anatomy.root import Root
from foramen.anatomy.spine import Foramen, NerveRoot, Spine, Vector
from foramen.planning.plan import Approach

CANDIDATE_SPACING_MM = 1.0
"""Between neighbouring tip positions: a third of what a radiologist accepts as placement error (2.7 mm, de Jong 2018,
doi 10.2147/MDER.S160444)."""

BEHIND_ROOT_MM = 1.5
"""From the root's surface to the middle of the periradicular zone; judgement: beside the root, not in it, and within
the loose fat around it (about 3 mm), along which a few tenths of a millilitre run. Poured at the recommended targets of
L2 to L5 in two digital patients, 84 % of 0.3 ml ran along the root (median; least 49 %); with a middle 2.5 mm away and
a zone that reached 3 mm outward it was 53 % (least 0 %)."""

OUTWARD_MM = 2.0
"""How far the periradicular zone reaches past the foramen's lateral border: farther out, the root runs down and forward
and away from where its course was estimated."""

BELOW_PEDICLE_MM = 4.0
"""From the pedicle's lower border to the middle of the subpedicular zone. The root runs 1.5 to 5.3 mm below the pedicle
(Ebraheim 1997), so that the zone lies at its upper and outer side; judgement."""

WHY = {
    Approach.PERIRADICULAR: "beside the root at the lateral border of the foramen, behind root and ganglion",
    Approach.SUBPEDICULAR: "below the pedicle, above and outside the root",
    Approach.INFRANEURAL: "in the lower foramen, below the root and ganglion, behind the disc",
    Approach.S1_DORSAL: "in the dorsal sacral foramen, short of the S1 root",
}


@dataclass(frozen=True, eq=False)
class TargetZone:
    """Where the tip may lie.

    Attributes
    ----------
    centre_mm
        The best place, LPS mm.
    axes
        Outward (away from the midline), posterior and cranial as rows, unit vectors.
    half_mm
        Half the box's extent along each of them.
    """

    root: Root
    approach: Approach
    centre_mm: Vector
    axes: NDArray[np.float64]
    half_mm: Vector

    def to_local(self, world_mm: ArrayLike) -> Vector:
        """Mm along outward, posterior and cranial from the centre, shape (..., 3)."""
        return (np.asarray(world_mm, dtype=np.float64) - self.centre_mm) @ self.axes.T

    def distance_mm(self, world_mm: ArrayLike) -> NDArray[np.float64]:
        """Distance of points, shape (..., 3), from the zone; 0 inside."""
        beyond = np.maximum(np.abs(self.to_local(world_mm)) - self.half_mm, 0)
        return np.asarray(np.linalg.norm(beyond, axis=-1))

    @property
    def candidates_mm(self) -> NDArray[np.float64]:
        """Every tip position that is tried, shape (n, 3): a lattice that fills the zone, its centre included."""
        steps = [np.arange(-(h // CANDIDATE_SPACING_MM), h // CANDIDATE_SPACING_MM + 1) for h in self.half_mm]
        lattice = np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1).reshape(-1, 3) * CANDIDATE_SPACING_MM
        return lattice @ self.axes + self.centre_mm


def target_zone(approach: Approach, spine: Spine, root: Root) -> TargetZone:
    """Place the zone of an approach at a visible foramen.

    * **periradicular**: where the root crosses the foramen's lateral border, behind it. The needle comes from behind,
      so that root and ganglion lie beyond the tip, and the arteries, 96 % in the upper anterior quadrant (Gregg 2017),
      lie on the root's other side. An extraforaminal tip also met fewer vessels (Yu 2016).
    * **subpedicular**: the "safe triangle" below the pedicle, the way of fluoroscopy. It holds the artery where there
      is one (97 % in the upper half: Murthy, Mayo Clinic), hence the arterial cost.
    * **infraneural**: Kambin's triangle. Free of the artery, but the ganglion reaches into it in every patient (210 of
      210 MRIs, PMC10948153), so that the ganglion stays a hard constraint.
    * **s1-dorsal**: through the dorsal foramen, 11 ± 1.9 mm deep (Korean J Pain 2023 36:98), short of the root.
    """
    foramen, nerve = spine.foramen(root), spine.nerve(root)
    if foramen.frame is None or nerve is None:
        raise ValueError(f"{root} has no visible foramen")
    frame = foramen.frame
    axes = np.stack([frame.left * root.side.sign, frame.posterior, frame.cranial])
    place = {
        Approach.PERIRADICULAR: _periradicular,
        Approach.SUBPEDICULAR: _subpedicular,
        Approach.INFRANEURAL: _infraneural,
        Approach.S1_DORSAL: _s1_dorsal,
    }[approach]
    centre, half = place(spine, foramen, nerve, axes)
    return TargetZone(root, approach, centre, axes, np.array(half))


def _periradicular(
    spine: Spine, foramen: Foramen, nerve: NerveRoot, axes: NDArray[np.float64]
) -> tuple[Vector, tuple[float, float, float]]:
    crossing = _where_it_crosses(nerve, _known(foramen.lateral_mm), axes[0])
    return crossing + axes[1] * (nerve.radius_mm + BEHIND_ROOT_MM), (OUTWARD_MM, 2.5, 3.0)


def _subpedicular(
    spine: Spine, foramen: Foramen, nerve: NerveRoot, axes: NDArray[np.float64]
) -> tuple[Vector, tuple[float, float, float]]:
    crossing = _where_it_crosses(nerve, _outer_third(foramen), axes[0])
    vertebra = spine.vertebra(foramen.root.level)
    height = foramen.height_mm / 2 - BELOW_PEDICLE_MM
    if vertebra and foramen.root.side in vertebra.pedicles:
        pedicle = vertebra.pedicles[foramen.root.side]
        lower_border = pedicle.centre_mm - vertebra.frame.cranial * pedicle.height_mm / 2
        height = float((lower_border - _known(foramen.centre_mm)) @ axes[2]) - BELOW_PEDICLE_MM
    above_root = (_known(foramen.centre_mm) - crossing) @ axes[2] + height
    return crossing + axes[2] * max(above_root, nerve.radius_mm + 1.5), (2.0, 2.0, 1.5)


def _infraneural(
    spine: Spine, foramen: Foramen, nerve: NerveRoot, axes: NDArray[np.float64]
) -> tuple[Vector, tuple[float, float, float]]:
    below = _outer_third(foramen) - axes[2] * foramen.height_mm * 0.25
    return below + axes[1] * 1.5, (2.0, 2.0, 2.0)


def _s1_dorsal(
    spine: Spine, foramen: Foramen, nerve: NerveRoot, axes: NDArray[np.float64]
) -> tuple[Vector, tuple[float, float, float]]:
    behind_root = nerve.point_mm + axes[1] * (nerve.radius_mm + BEHIND_ROOT_MM)
    along = _known(foramen.lateral_mm) - behind_root
    depth = float(np.linalg.norm(along))
    step = min(2.0, depth / 2)
    return behind_root + (along / depth * step if depth > 0 else 0), (2.0, 3.0, 2.0)


def _where_it_crosses(nerve: NerveRoot, border_mm: Vector, outward: Vector) -> Vector:
    """The point of the root's course that lies as far from the midline as the border."""
    along = (nerve.path_mm - border_mm) @ outward
    order = np.argsort(along)
    return np.array([np.interp(0.0, along[order], nerve.path_mm[order, axis]) for axis in range(3)])


def _outer_third(foramen: Foramen) -> Vector:
    return _known(foramen.centre_mm) * (1 / 3) + _known(foramen.lateral_mm) * (2 / 3)


def _known(point: Vector | None) -> Vector:
    if point is None:
        raise ValueError("the foramen has no such point")
    return point
