"""The numberings in which label maps are written, as tables with their sources."""

from foramen.anatomy.schemes.names import UnknownNameError, structure_named
from foramen.anatomy.schemes.scheme import BUILT_IN, Scheme, scheme_named, scheme_of_names

__all__ = ["BUILT_IN", "Scheme", "UnknownNameError", "scheme_named", "scheme_of_names", "structure_named"]
