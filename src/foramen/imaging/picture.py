"""One CT picture of a DICOM file: a slice, with everything needed to place it but not its pixels."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Picture:
    """One slice as its header describes it.

    Parameters
    ----------
    path, frame
        The file, and which of its frames (0 in a file of one).
    instance_uid, series_uid, frame_of_reference : str
        DICOM's names of the picture, its series and its coordinate system.
    series_number : str
        What the scanner's console shows; may be empty.
    number : int or None
        The number of the picture in its series or stack. Tells whether slices are missing, never their order.
    orientation : tuple of 6 float
        Direction of the rows, then of the columns, unit vectors in LPS.
    position_mm : tuple of 3 float
        Centre of the first pixel in LPS.
    pixel_spacing_mm : tuple of 2 float
        Distance of rows, then of columns.
    rows, columns : int
        Size.
    slope, intercept : float
        Stored values to HU; not a number where the file does not say.
    kernel, acquisition, kind : str
        What tells two pictures of the same place apart: reconstruction kernel, acquisition number, image type.
    patient, study_uid : tuple of str, str
        Only compared, to notice that a folder mixes patients or studies; never shown.
    """

    path: Path
    frame: int
    instance_uid: str
    series_uid: str
    frame_of_reference: str
    series_number: str
    number: int | None
    orientation: tuple[float, ...]
    position_mm: tuple[float, ...]
    pixel_spacing_mm: tuple[float, ...]
    rows: int
    columns: int
    slope: float
    intercept: float
    kernel: str
    acquisition: str
    kind: str
    patient: tuple[str, str, str] = field(repr=False)
    study_uid: str

    @cached_property
    def row(self) -> NDArray[np.float64]:
        """Unit vector along a row (column index rising)."""
        return np.array(self.orientation[:3])

    @cached_property
    def column(self) -> NDArray[np.float64]:
        """Unit vector along a column (row index rising)."""
        return np.array(self.orientation[3:])

    @cached_property
    def normal(self) -> NDArray[np.float64]:
        """Unit vector perpendicular to the picture."""
        return np.cross(self.row, self.column)

    @property
    def size(self) -> tuple[int, int, float, float]:
        """Rows, columns and pixel spacing: what pictures of one stack share."""
        return (self.rows, self.columns, round(self.pixel_spacing_mm[0], 4), round(self.pixel_spacing_mm[1], 4))

    @property
    def corners_mm(self) -> NDArray[np.float64]:
        """Centres of the four corner pixels in LPS mm, shape (4, 3)."""
        right = self.row * self.pixel_spacing_mm[1] * (self.columns - 1)
        down = self.column * self.pixel_spacing_mm[0] * (self.rows - 1)
        corners: NDArray[np.float64] = np.array(self.position_mm) + np.array([0 * right, right, down, right + down])
        return corners
