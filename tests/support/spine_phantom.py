"""Vertebrae made of boxes and tubes, whose frames, canal, pedicles and foramina are known by construction.

In each vertebra's own frame (left, posterior, cranial; origin in the middle of the body), mm:

* body: an elliptic cylinder, 44 wide, 30 deep, 26 high; its back wall lies at 15;
* canal: 22 wide, from the body's back wall to the lamina at 27;
* pedicles: 15.5 to either side, 9 wide and 14 high at the isthmus 21 behind the body's middle, 5 above it;
* articular pillars from 27 to 34, which touch those of the next vertebra 36 mm away.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.spine import Frame
from foramen.anatomy.structures import Structure
from foramen.imaging.ct import Ct
from foramen.imaging.volume import Grid

APART_MM = 36.0
BODY_HEIGHT_MM = 26.0
CANAL_CENTRE = (0.0, 21.0, 0.0)
PEDICLE_ASIDE, PEDICLE_BACK, PEDICLE_UP = 15.5, 21.0, 5.0
PEDICLE_WIDTH_MM, PEDICLE_HEIGHT_MM = 9.0, 14.0
FORAMEN_BELOW = -13.0
FORAMEN_BACK = 21.0
FORAMEN_HEIGHT_MM = APART_MM - PEDICLE_HEIGHT_MM
FORAMEN_WIDTH_MM = 12.0
S1_FORAMEN_ASIDE, S1_FORAMEN_BELOW, S1_FORAMEN_RADIUS = 23.5, -22.0, 4.0
SACRUM_FRONT, SACRUM_BACK = -15.0, 30.0

BONE_HU, FAT_HU, SOFT_HU = 400, -100, 40


def turned(tilt_deg: float = 0.0, lean_deg: float = 0.0, twist_deg: float = 0.0, origin=(0.0, 0.0, 0.0)) -> Frame:
    """A frame turned about left (lordosis), then about posterior (scoliosis), then about cranial."""
    a, b, c = np.radians([tilt_deg, lean_deg, twist_deg])
    about_left = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_back = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    about_up = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    left, posterior, cranial = (about_up @ about_back @ about_left).T
    return Frame(np.asarray(origin, dtype=float), left, posterior, cranial)


def column(levels: Iterable[str], first: Frame) -> dict[str, Frame]:
    """Frames of a straight column from `first` downward."""
    return {
        level: replace(first, origin_mm=first.origin_mm - k * APART_MM * first.cranial)
        for k, level in enumerate(levels)
    }


def vertebra(local: np.ndarray) -> np.ndarray:
    """Whether points in a vertebra's frame, shape (..., 3), are its bone."""
    left, posterior, cranial = np.moveaxis(local, -1, 0)
    aside = np.abs(left)
    body = ((left / 22) ** 2 + (posterior / 15) ** 2 <= 1) & (np.abs(cranial) <= 13)
    back = (aside <= 16) & (posterior > 0) & (posterior <= 15) & (np.abs(cranial) <= 13)
    half_width = PEDICLE_WIDTH_MM / 2 + 0.03 * (posterior - PEDICLE_BACK) ** 2
    across, up = (aside - PEDICLE_ASIDE) / half_width, (cranial - PEDICLE_UP) / (PEDICLE_HEIGHT_MM / 2)
    pedicle = across**2 + up**2 <= 1
    pedicle &= (posterior > 8) & (posterior < 30)
    lamina = (aside <= 18) & (posterior >= 27) & (posterior <= 31) & (cranial >= -13) & (cranial <= 9)
    pillar = (
        (aside >= 10.5) & (aside <= 22) & (posterior >= 27) & (posterior <= 34) & (cranial >= -20) & (cranial <= 17)
    )
    spinous = (aside <= 3) & (posterior >= 27) & (posterior <= 55) & (cranial >= -13) & (cranial <= 5)
    transverse = (aside >= 18) & (aside <= 38) & (np.abs(posterior - 27) <= 4) & (np.abs(cranial - 4) <= 4)
    canal = (aside < 11) & (posterior > 15) & (posterior < 27)
    return (body | back | pedicle | lamina | pillar | spinous | transverse) & ~canal


def sacrum(local: np.ndarray) -> np.ndarray:
    """Whether points in S1's frame (origin in the body's middle, endplate 13 above) are the sacrum's bone."""
    left, posterior, cranial = np.moveaxis(local, -1, 0)
    aside = np.abs(left)
    block = (
        (aside <= 45) & (posterior >= SACRUM_FRONT) & (posterior <= SACRUM_BACK) & (cranial <= 13) & (cranial >= -45)
    )
    joint = (aside >= 10.5) & (aside <= 22) & (posterior >= 27) & (posterior <= 34) & (np.abs(cranial - 10) <= 9)
    canal = (aside < 11) & (posterior > 15) & (posterior < 26)
    notch = (posterior > 15) & (posterior < 27) & (cranial > 10)
    foramen = np.hypot(aside - S1_FORAMEN_ASIDE, cranial - S1_FORAMEN_BELOW) <= S1_FORAMEN_RADIUS
    return (block & ~notch & ~foramen & ~canal) | joint


def box_grid(frames: Iterable[Frame], spacing_mm=(1.5, 1.5, 1.5), direction=None, margin_mm=(48.0, 68.0, 30.0)) -> Grid:
    """A grid of that spacing and direction that holds the vertebrae of these frames."""
    axes = np.eye(3) if direction is None else np.asarray(direction, dtype=float)
    spacing = np.asarray(spacing_mm, dtype=float)
    corner = np.array(np.meshgrid(*[(-1, 1)] * 3)).reshape(3, -1).T * margin_mm
    points = np.concatenate([f.to_world(corner) for f in frames]) @ axes
    lower, upper = points.min(axis=0), points.max(axis=0)
    affine = np.eye(4)
    affine[:3, :3] = axes * spacing
    affine[:3, 3] = axes @ lower
    return Grid(tuple(np.ceil((upper - lower) / spacing).astype(int) + 1), affine)


@dataclass(frozen=True, eq=False)
class Phantom:
    """A CT and its label map."""

    ct: Ct
    labels: LabelMap


def make(frames: dict[str, Frame], grid: Grid, *, root_at: tuple[float, float] | None = None) -> Phantom:
    """Draw the vertebrae (S1 as the whole sacrum) into a grid, in soft tissue.

    `root_at`, (posterior, cranial) from each foramen's centre, puts fat into the foramina and a root of 5 mm there.
    """
    voxels = np.zeros(grid.shape, dtype=np.uint8)
    hu = np.full(grid.shape, SOFT_HU, dtype=np.int16)
    world = grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1))
    for level, frame in frames.items():
        local = frame.to_local(world)
        bone = sacrum(local) if level == "S1" else vertebra(local)
        voxels[bone & (voxels == 0)] = Structure.SACRUM if level == "S1" else Structure[level]
        if root_at is not None:
            back, up = local[..., 1] - FORAMEN_BACK, local[..., 2] - FORAMEN_BELOW
            fat = (np.abs(back) <= 8) & (np.abs(up) <= 12) & (np.abs(local[..., 0]) > 11) & (np.abs(local[..., 0]) < 26)
            hu[fat] = FAT_HU
            hu[fat & (np.hypot(back - root_at[0], up - root_at[1]) <= 2.5)] = SOFT_HU
    hu[voxels > 0] = BONE_HU
    return Phantom(Ct(hu, grid.affine), LabelMap(voxels, grid.affine))


def angle_deg(one: np.ndarray, other: np.ndarray) -> float:
    """Between two unit vectors."""
    return float(np.degrees(np.arccos(np.clip(one @ other, -1, 1))))
