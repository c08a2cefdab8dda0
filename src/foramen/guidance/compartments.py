"""Where contrast can be: the names of the compartments, shared by whoever pours it and whoever reads it."""

from enum import StrEnum


class Compartment(StrEnum):
    """Where contrast medium was found."""

    ALONG_ROOT = "along-root"
    """Around the target root outside its foramen."""
    FORAMEN = "foramen"
    EPIDURAL = "epidural"
    INTRATHECAL = "intrathecal"
    INTRAVASCULAR = "intravascular"
    INTRADISCAL = "intradiscal"
    FACET = "facet"
    MUSCLE = "muscle"
    SKIN_TRACK = "skin-track"
    """Back along the needle."""
    ELSEWHERE = "elsewhere"
    """In fat that leads to no root."""


FORBIDDEN = (Compartment.INTRAVASCULAR, Compartment.INTRATHECAL, Compartment.INTRADISCAL, Compartment.FACET)
"""Where no contrast at all may be for a steroid to follow it."""
