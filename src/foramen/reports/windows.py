"""CT windows: which HU a picture shows as black and as white."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Window:
    """A window, named as it is burnt into the picture.

    Attributes
    ----------
    name
        In words.
    width_hu, level_hu
        The range of HU from black to white, and its middle.
    """

    name: str
    width_hu: int
    level_hu: int

    @property
    def title(self) -> str:
        """`Bone  W 1500 L 300`."""
        return f"{self.name}  W {self.width_hu} L {self.level_hu}"

    def grey(self, hu: NDArray[np.floating]) -> NDArray[np.uint8]:
        """HU as grey, 0 to 255; black where there is no scan (NaN)."""
        share = (hu - (self.level_hu - self.width_hu / 2)) / self.width_hu
        return (np.clip(np.nan_to_num(share), 0, 1) * 255 + 0.5).astype(np.uint8)


BONE = Window("Bone", 1500, 300)
SOFT_TISSUE = Window("Soft tissue", 400, 40)
NEEDLE_WINDOW = Window("Needle", 2000, 500)
"""Wide enough that steel, bone and fat all differ."""
PROJECTION = Window("Slab average", 500, 150)
"""For averages through a thick slab, where bone is thinned by what lies before and behind it."""
