"""What is in a scan, from whichever provider found it."""

from dataclasses import dataclass

from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.level_names import LevelNames
from foramen.anatomy.spine import Spine
from foramen.imaging.volume import Volume


@dataclass(frozen=True, eq=False)
class Anatomy:
    """Structures, skin and spine of one CT, all in its world frame and the first two on its grid.

    Attributes
    ----------
    provider
        Who found it: `labels`, `geometric` or `totalsegmentator`.
    structures
        Foramen's label map on the CT's grid, with canal and thecal sac drawn in where no label gave them.
    body
        Bool volume on the CT's grid: inside the patient's skin, without table, clothes and cushions.
    spine
        Frames, foramina and roots.
    warnings
        Everything a person must know before believing any of it.
    levels
        How sure the names of the levels are, and why, where Foramen named them itself; None where labels gave them.
    """

    provider: str
    structures: LabelMap
    body: Volume
    spine: Spine
    warnings: tuple[str, ...] = ()
    levels: LevelNames | None = None
