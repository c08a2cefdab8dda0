"""A phantom made of boxes and cylinders, with every distance known by hand, on any grid.

Two vertebrae (L4 above L5), the sac between their arches, one root on each side, an aorta, and what a test adds.
Millimetres in LPS about the phantom's own origin: the foramina of L4 are centred 18 mm from the midline at y = 10, z
= 0.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.root import Root, Side
from foramen.anatomy.spine import Foramen, Frame, NerveRoot, Pedicle, RootEvidence, Spine, Vertebra
from foramen.anatomy.structures import Structure
from foramen.imaging.ct import Ct
from foramen.imaging.volume import Grid, Volume

Points = NDArray[np.float64]
Shape = Callable[[Points, Points, Points], NDArray[np.bool_]]
EVERYTHING = frozenset(Structure) - {Structure.BACKGROUND}
SKIN_Y = 80.0


def box(x: tuple[float, float], y: tuple[float, float], z: tuple[float, float], *, both: bool = False) -> Shape:
    """Points within three ranges; `both`: with |x| in place of x."""

    def inside(px: Points, py: Points, pz: Points) -> NDArray[np.bool_]:
        px = np.abs(px) if both else px
        return (px >= x[0]) & (px <= x[1]) & (py >= y[0]) & (py <= y[1]) & (pz >= z[0]) & (pz <= z[1])

    return inside


def cylinder(x: float, y: float, radius: float) -> Shape:
    """Everything within a radius of a line from foot to head."""
    return lambda px, py, pz: (px - x) ** 2 + (py - y) ** 2 <= radius**2


def _body(px: Points, py: Points, pz: Points) -> NDArray[np.bool_]:
    return (px / 150) ** 2 + ((py + 20) / (SKIN_Y + 20)) ** 2 <= 1


BONES: tuple[tuple[Structure, Shape], ...] = (
    (Structure.L4, box((0, 24), (-38, 0), (4, 34), both=True)),
    (Structure.L5, box((0, 24), (-38, 0), (-34, -4), both=True)),
    (Structure.L4, box((10, 22), (-1, 16), (10, 24), both=True)),
    (Structure.L5, box((10, 22), (-1, 16), (-24, -10), both=True)),
    (Structure.L4, box((0, 22), (24, 34), (-8, 24), both=True)),
    (Structure.L5, box((0, 22), (24, 34), (-30, -12), both=True)),
    (Structure.L4, box((20, 46), (10, 17), (13, 21), both=True)),
    (Structure.L5, box((20, 46), (10, 17), (-21, -13), both=True)),
    (Structure.L4, box((0, 3), (30, 60), (-4, 12), both=True)),
)


@dataclass(frozen=True)
class Phantom:
    """What is in it, and where: `mirrored` swaps left and right, `shift_mm` moves all of it."""

    extra: tuple[tuple[Structure, Shape], ...] = ()
    table: Shape | None = None
    can_hold: frozenset[Structure] = EVERYTHING
    estimated: frozenset[Structure] = frozenset()
    mirrored: bool = False
    shift_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    bones: tuple[tuple[Structure, Shape], ...] = field(default=BONES)

    @property
    def sign(self) -> int:
        return -1 if self.mirrored else 1

    def on(self, grid: Grid) -> tuple[Ct, Anatomy]:
        """The phantom's CT and anatomy on a grid."""
        index = np.stack(np.meshgrid(*[np.arange(n) for n in grid.shape], indexing="ij"), axis=-1)
        world = grid.to_world(index) - np.array(self.shift_mm)
        x, y, z = world[..., 0] * self.sign, world[..., 1], world[..., 2]
        inside = _body(x, y, z)
        labels = np.zeros(grid.shape, np.uint8)
        shapes = [
            (Structure.THECAL_SAC, cylinder(0, 12, 7)),
            (Structure.AORTA, cylinder(12, -52, 9)),
            *self.bones,
            *self.extra,
        ]
        for structure, shape in shapes:
            labels[shape(x, y, z) & inside] = structure
        hu = np.where(inside, 40, -1000).astype(np.int16)
        hu[(labels > 0) & (labels < Structure.DISC)] = 500
        if self.table is not None:
            hu[self.table(x, y, z) & ~inside] = 200
        structures = LabelMap(labels, grid.affine, can_hold=self.can_hold, estimated=self.estimated)
        return Ct(hu, grid.affine), Anatomy("phantom", structures, Volume(inside, grid.affine), self.spine)

    @property
    def spine(self) -> Spine:
        """The exact geometry."""
        sides = tuple(Side)
        vertebrae = tuple(
            Vertebra(level, self._frame((0, -19, z)), self._at((0, 12, z)), 30.0, self._pedicles(z - 2))
            for level, z in (("L4", 19.0), ("L5", -19.0))
        )
        centreline = np.array([self._at((0, 12, z)) for z in (-120.0, 120.0)])
        return Spine(vertebrae, centreline, tuple(map(self._foramen, sides)), tuple(map(self._root, sides)))

    def _at(self, point: tuple[float, float, float]) -> Points:
        return np.array([point[0] * self.sign, point[1], point[2]]) + np.array(self.shift_mm)

    def _frame(self, origin: tuple[float, float, float]) -> Frame:
        return Frame(self._at(origin), *np.eye(3))

    def _pedicles(self, z: float) -> dict[Side, Pedicle]:
        return {side: Pedicle(side, self._on(side, (16, 8, z)), 12.0, 14.0) for side in Side}

    def _on(self, side: Side, point: tuple[float, float, float]) -> Points:
        """A point given for the left side, on either side of this patient."""
        return np.array([point[0] * side.sign, point[1], point[2]]) + np.array(self.shift_mm)

    def _foramen(self, side: Side) -> Foramen:
        centre = self._on(side, (18, 10, 0))
        return Foramen(
            root=Root("L4", side),
            visible=True,
            frame=Frame(centre, *np.eye(3)),
            centre_mm=centre,
            medial_mm=self._on(side, (11, 10, 0)),
            lateral_mm=self._on(side, (25, 10, 0)),
            height_mm=20.0,
            width_mm=12.0,
        )

    def _root(self, side: Side) -> NerveRoot:
        course = [(8, 12, 6), (14, 11, 3), (18, 10, 1), (25, 6, -4), (34, -2, -12)]
        path = np.array([self._on(side, point) for point in course])
        return NerveRoot(Root("L4", side), path[2], path, path[2], (5.0, 2.8), 2.0, 1.0, RootEvidence.IMAGE)


def straight_grid(
    spacing: tuple[float, float, float] = (1.5, 1.5, 2.0),
    half_mm: tuple[float, float, float] = (160.0, 125.0, 70.0),
    middle_mm: tuple[float, float, float] = (0.0, -15.0, 0.0),
) -> Grid:
    """Voxels along the world's axes, symmetric about the middle."""
    shape = [2 * int(h / s) + 1 for h, s in zip(half_mm, spacing, strict=True)]
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = np.array(middle_mm) - [(n - 1) / 2 * s for n, s in zip(shape, spacing, strict=True)]
    return Grid((shape[0], shape[1], shape[2]), affine)
