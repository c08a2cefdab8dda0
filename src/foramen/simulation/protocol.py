"""How the patient is scanned: position on the table, voxels, field of view, gantry tilt, noise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from foramen.errors import UsageError
from foramen.imaging.volume import Grid

POSITIONS: dict[str, tuple[tuple[int, int, int], tuple[int, int, int]]] = {
    "HFS": ((1, 0, 0), (0, 1, 0)),
    "HFP": ((-1, 0, 0), (0, -1, 0)),
    "HFDR": ((0, 1, 0), (-1, 0, 0)),
    "HFDL": ((0, -1, 0), (1, 0, 0)),
    "FFS": ((-1, 0, 0), (0, 1, 0)),
    "FFP": ((1, 0, 0), (0, -1, 0)),
    "FFDR": ((0, -1, 0), (-1, 0, 0)),
    "FFDL": ((0, 1, 0), (1, 0, 0)),
}
"""DICOM's Patient Position, and the directions in LPS of an axial picture's rows and columns.

Gravity pulls along the columns."""
ORIENTATIONS = {"axial": (0, 1, 2), "sagittal": (1, 2, 0), "coronal": (0, 2, 1)}
"""Which of across, down and along the table a picture's i, j and the stack's k run along."""


@dataclass(frozen=True)
class ScanProtocol:
    """One scan.

    Parameters
    ----------
    spacing_mm : tuple
        Along i and j in the slices and along k between them; with a tilt, k is how far the table moves.
    field_of_view_mm : tuple
        Across the table, from top to bottom, and along the table.
    centre_mm : tuple
        Middle of the field in LPS mm; the world's origin is the centre of L3.
    orientation : str
        ``axial``, or a ``sagittal`` or ``coronal`` reconstruction.
    oblique_deg : tuple
        Turns of the whole grid about x, y and z.
    gantry_tilt_deg : float
        Between the slices and the plane square to the table, −30 to 30, positive where the upper edge of the picture
        leans toward where k comes from. Only axial scans have one; their stack is sheared.
    noise_hu : float
        Standard deviation.
    position : str
        DICOM's Patient Position: HFP is head first and prone, as for an injection.
    seed : int
        Of the noise.

    Raises
    ------
    UsageError
        If no such scan can be made.
    """

    spacing_mm: tuple[float, float, float] = (0.9, 0.9, 2.0)
    field_of_view_mm: tuple[float, float, float] = (400.0, 330.0, 290.0)
    centre_mm: tuple[float, float, float] = (0.0, -14.0, -8.0)
    orientation: str = "axial"
    oblique_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gantry_tilt_deg: float = 0.0
    noise_hu: float = 14.0
    position: str = "HFP"
    seed: int = 1

    def __post_init__(self) -> None:
        if self.position not in POSITIONS:
            raise UsageError(f"'{self.position}' is no patient position; use one of {', '.join(POSITIONS)}.")
        if self.orientation not in ORIENTATIONS:
            raise UsageError(f"'{self.orientation}' is no orientation; use one of {', '.join(ORIENTATIONS)}.")
        if not all(0.2 <= s <= 10 for s in self.spacing_mm):
            raise UsageError(f"A spacing of {self.spacing_mm} mm can't be scanned; each is 0.2 to 10 mm.")
        if not all(5 <= f <= 700 for f in self.field_of_view_mm):
            raise UsageError(f"A field of view of {self.field_of_view_mm} mm can't be scanned; each is 5 to 700 mm.")
        if abs(self.gantry_tilt_deg) > 30:
            raise UsageError(f"A gantry tilts 30° at most, not {self.gantry_tilt_deg}°.")
        if self.gantry_tilt_deg and self.orientation != "axial":
            raise UsageError("Only an axial scan can have a gantry tilt.")
        if not 0 <= self.noise_hu <= 200:
            raise UsageError(f"Noise of {self.noise_hu} HU can't be simulated; use 0 to 200.")

    @property
    def up(self) -> NDArray[np.float64]:
        """Against gravity, in LPS."""
        return -np.array(POSITIONS[self.position][1], dtype=np.float64)

    @property
    def grid(self) -> Grid:
        """Where the voxels lie; sheared where the gantry is tilted."""
        across, down = (np.array(v, dtype=np.float64) for v in POSITIONS[self.position])
        along = np.cross(across, down)
        tilt = np.radians(self.gantry_tilt_deg)
        tilted = np.cos(tilt) * down + np.sin(tilt) * along
        order = ORIENTATIONS[self.orientation]
        directions = np.stack([across, tilted, along], axis=1)[:, order]
        directions = Rotation.from_euler("xyz", self.oblique_deg, degrees=True).as_matrix() @ directions
        extent = np.array(self.field_of_view_mm)[list(order)]
        shape = np.maximum(1, np.round(extent / self.spacing_mm)).astype(int)
        affine = np.eye(4)
        affine[:3, :3] = directions * self.spacing_mm
        affine[:3, 3] = np.array(self.centre_mm) - affine[:3, :3] @ ((shape - 1) / 2)
        return Grid(tuple(shape), affine)
