"""What the parts are made of, in HU.

The values are nominal: no published table of HU for this anatomy was found, so they are set to what a non-contrast
lumbar CT at 120 kV usually shows, and nothing should be calibrated on them.
"""

from dataclasses import dataclass
from enum import IntEnum


class MaterialKind(IntEnum):
    """How a part's HU vary inside it; `tissue.py` has one rule for each."""

    PLAIN, BONE, MUSCLE, GUT, LUNG, WALL = range(6)


@dataclass(frozen=True)
class Material:
    """HU inside a part.

    Attributes
    ----------
    hu
        In its core.
    texture_hu, texture_mm
        Height and length of random variation inside it.
    shell_mm, shell_hu
        Thickness and HU of cortex, bowel wall or renal capsule; 0 for none.
    streak
        Share of fat in a muscle, 0 to 1; the width of fat planes in an abdominal wall.
    level_mm
        Height (against gravity) above which a bowel loop holds gas.
    """

    kind: MaterialKind
    hu: float
    texture_hu: float = 0.0
    texture_mm: float = 3.0
    shell_mm: float = 0.0
    shell_hu: float = 0.0
    streak: float = 0.0
    level_mm: float = 1e6

    @property
    def numbers(self) -> tuple[float, ...]:
        """As the kernels read them."""
        return (
            self.hu, self.texture_hu, self.texture_mm, self.shell_mm, self.shell_hu, self.streak, self.level_mm
        )  # fmt: skip


AIR_HU = -1000.0
FAT_HU = -102.0
EPIDURAL_FAT = Material(MaterialKind.PLAIN, -90.0, 6.0, 2.0)
FORAMINAL_FAT = Material(MaterialKind.PLAIN, -95.0, 6.0, 2.5)
VISCERAL_FAT = Material(MaterialKind.PLAIN, -102.0, 10.0, 6.0)
SUBCUTANEOUS_FAT = Material(MaterialKind.PLAIN, -106.0, 5.0, 7.0)
SKIN = Material(MaterialKind.PLAIN, 15.0)
THECAL_SAC = Material(MaterialKind.PLAIN, 16.0, 10.0, 1.6)
CORD = Material(MaterialKind.PLAIN, 38.0)
NERVE = Material(MaterialKind.PLAIN, 32.0)
GANGLION = Material(MaterialKind.PLAIN, 34.0)
LIGAMENT = Material(MaterialKind.PLAIN, 65.0, 8.0, 3.0)
DISC = Material(MaterialKind.PLAIN, 80.0, 8.0, 6.0, 4.0, 105.0)
BLOOD = Material(MaterialKind.PLAIN, 44.0)
VEIN_BLOOD = Material(MaterialKind.PLAIN, 40.0)
KIDNEY = Material(MaterialKind.PLAIN, 34.0, 4.0, 8.0)
LIVER = Material(MaterialKind.PLAIN, 58.0, 5.0, 9.0)
SPLEEN = Material(MaterialKind.PLAIN, 50.0, 4.0, 8.0)
LUNG = Material(MaterialKind.LUNG, -860.0, 60.0, 7.0)
TABLE = Material(MaterialKind.BONE, -930.0, 0.0, 3.0, 1.2, -250.0)
CUSHION = Material(MaterialKind.PLAIN, -960.0, 20.0, 4.0)


def muscle(fatty: float = 0.15, hu: float = 54.0) -> Material:
    """Muscle with a share of fat between its bundles."""
    return Material(MaterialKind.MUSCLE, hu, 7.0, 4.0, streak=fatty)


def bone(trabecular_hu: float, cortex_mm: float = 1.1, cortex_hu: float = 760.0) -> Material:
    """Trabecular bone within a cortex; both HU fall together in osteoporosis."""
    return Material(MaterialKind.BONE, trabecular_hu, 0.38 * trabecular_hu, 2.2, cortex_mm, cortex_hu)
