"""The vertebral column: where each vertebra, disc and the sacrum stands, from lordosis, scoliosis and slip.

Bodies and discs are stacked from the sacrum upward on an arc each; the world's origin is the centre of L3.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.spatial.transform import Rotation

from foramen.anatomy.spine import Frame
from foramen.simulation.morphometry import LEVELS, DiscSize, VertebraSize, disc_sizes, vertebra_size
from foramen.simulation.parameters import PatientParameters

SACRAL_SLOPE_SHARE = 0.85
"""Slope of the sacrum's endplate over the lordosis: a design choice that lays L3 level."""
ROTATION_PER_COBB = 0.4
"""Axial rotation at the apex over the Cobb angle: nominal."""
_CURVE = ((-0.05, 0.0), (0.16, 0.5), (0.42, 0.0), (0.72, -0.5), (1.0, -0.1))
"""Coronal tilt as a share of the Cobb angle, along the column from the sacrum to T10."""


@dataclass(frozen=True, eq=False)
class Column:
    """Frames and sizes of the bones of the spine; a frame's origin is the centre of the body or disc.

    The sacrum's origin is the centre of its upper endplate.
    """

    sizes: dict[str, VertebraSize]
    discs: dict[str, DiscSize]
    vertebrae: dict[str, Frame]
    disc_frames: dict[str, Frame]
    sacrum: Frame

    @property
    def scale(self) -> float:
        """The patient's size over that of one of 175 cm, for what was drawn rather than published."""
        return self.sizes["L3"].scale

    @property
    def midline_mm(self) -> NDArray[np.float64]:
        """Body centres from the sacrum's endplate to the head, shape (n, 3)."""
        return np.array([self.sacrum.origin_mm, *(self.vertebrae[level].origin_mm for level in reversed(LEVELS))])

    def body_height(self, level: str) -> float:
        """Height of a body in its middle."""
        size = self.sizes[level]
        return size.posterior_height + size.depth * float(np.tan(np.radians(size.wedge_deg / 2)))

    def canal_point(self, level: str) -> NDArray[np.float64]:
        """Centre of the canal at the middle of that vertebra."""
        size = self.sizes[level]
        return self.vertebrae[level].to_world([0.0, size.depth / 2 + size.canal_depth / 2 - 0.5, 0.0])


def build_column(patient: PatientParameters) -> Column:
    """Stack the column and put the centre of L3 at the world's origin."""
    sizes = {level: vertebra_size(level, patient) for level in LEVELS}
    discs = disc_sizes(patient)
    bare = Column(sizes, discs, {}, {}, frame_at(np.zeros(3), 0, 0, 0))
    heights = {level: bare.body_height(level) for level in LEVELS}
    total = sum(heights.values()) + sum(disc.height for disc in discs.values())
    tilt = PchipInterpolator(*zip(*_CURVE, strict=True))

    def turned(place: NDArray[np.float64], slope: float, along: float) -> Frame:
        share = along / total
        apex = np.exp(-(((share - 0.42) / 0.3) ** 2))
        cobb = patient.scoliosis_cobb_deg
        return frame_at(place, slope, cobb * float(tilt(share)), ROTATION_PER_COBB * cobb * float(apex))

    slope, along, place = SACRAL_SLOPE_SHARE * patient.lordosis_deg, 0.0, np.zeros(3)
    sacrum = frame_at(place, slope, 0, 0)
    vertebrae: dict[str, Frame] = {}
    disc_frames: dict[str, Frame] = {}
    for level in reversed(LEVELS):
        for height, wedge, frames in (
            (discs[level].height, discs[level].wedge_deg, disc_frames),
            (heights[level], sizes[level].wedge_deg, vertebrae),
        ):
            frame = turned(place, slope - wedge / 2, along + height / 2)
            if level == patient.slip_level:
                # Half below the disc and half above it: the disc is dragged along.
                place = place - frame.posterior * patient.slip_mm / 2
            frames[level] = replace(frame, origin_mm=place + frame.cranial * height / 2)
            place, slope, along = place + frame.cranial * height, slope - wedge, along + height
    shift = vertebrae["L3"].origin_mm
    return replace(
        bare,
        vertebrae={level: _moved(frame, -shift) for level, frame in vertebrae.items()},
        disc_frames={level: _moved(frame, -shift) for level, frame in disc_frames.items()},
        sacrum=_moved(sacrum, -shift),
    )


def frame_at(place: NDArray[np.float64], slope_deg: float, coronal_deg: float, axial_deg: float) -> Frame:
    """Axes tipped forward, then to the side, after a turn about their own long axis.

    Positive slope tips the cranial axis forward, positive coronal tilt toward the patient's left, positive axial turn
    takes the left side backward.
    """
    turn = (
        Rotation.from_euler("y", coronal_deg, degrees=True)
        * Rotation.from_euler("x", slope_deg, degrees=True)
        * Rotation.from_euler("z", axial_deg, degrees=True)
    )
    left, posterior, cranial = turn.as_matrix().T
    return Frame(place, left, posterior, cranial)


def _moved(frame: Frame, shift: NDArray[np.float64]) -> Frame:
    return replace(frame, origin_mm=frame.origin_mm + shift)
