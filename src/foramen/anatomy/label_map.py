"""A label map in Foramen's own vocabulary."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.structures import Structure
from foramen.imaging.volume import Volume


@dataclass(frozen=True, eq=False)
class LabelMap(Volume):
    """Which structure each voxel is (uint8 values of `Structure`), on the CT's grid.

    Parameters
    ----------
    voxels, affine
        See `Volume`.
    scheme : str
        The convention it was written in, in words.
    confidence : float
        How sure the recognition of that convention is, 0 to 1; 1 where the user named it.
    can_hold : frozenset of Structure
        What this source would have labelled had it been in view. A structure outside this set was never looked for,
        so that its absence means nothing: a plan names it as not checked.
    estimated : frozenset of Structure
        Structures that Foramen drew itself because no label gives them (canal, thecal sac).
    warnings : tuple of str
        What a person must know before believing it.
    """

    scheme: str = "foramen"
    confidence: float = 1.0
    can_hold: frozenset[Structure] = frozenset()
    estimated: frozenset[Structure] = frozenset()
    warnings: tuple[str, ...] = ()

    @cached_property
    def present(self) -> frozenset[Structure]:
        """The structures that some voxel has."""
        seen = np.zeros(256, dtype=bool)
        for slab in np.moveaxis(self.voxels, int(np.argmax(np.abs(self.voxels.strides))), 0):
            # Slab by slab: an index into `seen` takes eight bytes for every voxel.
            seen[slab] = True
        return frozenset(Structure(int(v)) for v in np.flatnonzero(seen) if v)

    def mask(self, structures: Structure | Iterable[Structure]) -> NDArray[np.bool_]:
        """Where the voxels are any of these structures, bool, shape of the map."""
        wanted = [structures] if isinstance(structures, Structure) else list(structures)
        lookup = np.zeros(256, dtype=bool)
        lookup[[int(s) for s in wanted]] = True
        return np.take(lookup, self.voxels)
