"""Control scans of a plain block of tissue: muscle with fat behind it, and air beyond the skin at y = 80."""

from collections.abc import Sequence

import numpy as np

from foramen.imaging import Ct
from foramen.imaging.volume import Volume
from foramen.simulation import ScanProtocol
from foramen.simulation.control_scan import ControlScan, control_scan
from foramen.simulation.metal import Metal
from foramen.simulation.needle import SimulatedNeedle

ENTRY, TIP = np.array([60.0, 80.0, 4.0]), np.array([28.0, 12.0, -2.0])


def soft_tissue() -> Ct:
    affine = np.diag([1.0, 1.0, 1.0, 1.0])
    affine[:3, 3] = (-40, -50, -60)
    hu = np.full((160, 200, 120), 50, np.int16)
    y = -50 + np.arange(200)
    hu[:, y > 60] = -100
    hu[:, y > 80] = -1000
    return Ct(hu, affine)


def scanned(
    *needles: SimulatedNeedle,
    thickness: float = 1.25,
    slices: int = 24,
    centre: Sequence[float] = tuple((TIP + ENTRY) / 2),
    moved: np.ndarray | None = None,
    of: Ct | None = None,
    metal: Metal | None = None,
    contrast: Volume | None = None,
    noise_hu: float = 15,
    tilt_deg: float = 0.0,
) -> ControlScan:
    """A scan of the block, or of another CT, with needles and what else is asked for in it."""
    protocol = ScanProtocol(
        spacing_mm=(0.7, 0.7, thickness),
        field_of_view_mm=(140.0, 150.0, slices * thickness),
        centre_mm=(float(centre[0]), float(centre[1]), float(centre[2])),
        noise_hu=noise_hu,
        gantry_tilt_deg=tilt_deg,
        seed=3,
    )
    return control_scan(
        soft_tissue() if of is None else of,
        protocol,
        needles,
        moved=np.eye(4) if moved is None else moved,
        other_metal=metal,
        contrast=contrast,
    )
