"""What is in a scan: structures, label maps, the spine as geometry, foramina and nerve roots."""

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.from_labels import from_labels
from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.read_labels import read_labels
from foramen.anatomy.root import ALL_ROOTS, LUMBAR_LEVELS, ROOT_LEVELS, Root, Side
from foramen.anatomy.skin import find_body
from foramen.anatomy.skin_surface import Skin, find_skin
from foramen.anatomy.spine import Foramen, Frame, NerveRoot, Pedicle, RootEvidence, Spine, Vertebra
from foramen.anatomy.structures import LUMBAR_VERTEBRAE, STRUCTURES_OF, VERTEBRAE, Structure, Tissue
from foramen.anatomy.write_labels import write_labels

__all__ = [
    "ALL_ROOTS",
    "LUMBAR_LEVELS",
    "LUMBAR_VERTEBRAE",
    "ROOT_LEVELS",
    "STRUCTURES_OF",
    "VERTEBRAE",
    "Anatomy",
    "Foramen",
    "Frame",
    "LabelMap",
    "NerveRoot",
    "Pedicle",
    "Root",
    "RootEvidence",
    "Side",
    "Skin",
    "Spine",
    "Structure",
    "Tissue",
    "Vertebra",
    "find_body",
    "find_skin",
    "from_labels",
    "read_labels",
    "write_labels",
]
