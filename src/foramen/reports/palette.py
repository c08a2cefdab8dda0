"""Colours, each with one meaning. Structures are outlined, never filled, so that the CT stays visible."""

from foramen.anatomy.structures import STRUCTURES_OF, Structure, Tissue

Colour = tuple[int, int, int]

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)
TEXT: Colour = (230, 233, 236)
QUIET: Colour = (154, 164, 174)
ROUTE: Colour = (58, 160, 255)
NEEDLE: Colour = (255, 176, 32)
FORBIDDEN: Colour = (229, 72, 77)
BONE: Colour = (244, 238, 222)
CANAL: Colour = (86, 208, 222)
NERVE: Colour = (245, 216, 64)
VESSEL: Colour = (226, 70, 98)
ORGAN: Colour = (177, 140, 236)

OUTLINE_OPACITY = 0.35
"""Of structures that the needle passes; the route itself is opaque."""

_OF_TISSUE = {
    Tissue.BONE: BONE,
    Tissue.THECAL_SAC: CANAL,
    Tissue.VESSEL: VESSEL,
    Tissue.ORGAN: ORGAN,
    Tissue.LUNG: ORGAN,
}

OUTLINE: dict[Structure, Colour] = {
    structure: _OF_TISSUE[tissue] for tissue, structures in STRUCTURES_OF.items() for structure in structures
} | {Structure.SPINAL_CANAL: CANAL, Structure.NERVE_ROOT: NERVE, Structure.GANGLION: NERVE}
"""Structures that pictures outline. Muscles, discs and the rest speak through the CT itself."""


def paler(colour: Colour) -> Colour:
    """The colour halfway to white, in which words stay readable."""
    red, green, blue = ((value + 255) // 2 for value in colour)
    return red, green, blue
