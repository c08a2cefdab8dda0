"""Where one vertebra ends and the next begins, all along the canal, as yet without names.

Each disc has the pedicles of its lower neighbour just below it, and the open foramina of its upper neighbour at its
height and just above. The sequence of heights that fits disc, pedicle and foramen best, with a spacing that changes
only slowly from vertebra to vertebra, is the sequence of discs.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from foramen.anatomy.geometric.discs import Disc, disc_at_every_height
from foramen.anatomy.geometric.endplates import with_endplates
from foramen.anatomy.geometric.straight_spine import StraightSpine
from foramen.kernels import kernel

SPACING_MM = (20, 46)
"""Between neighbouring discs: 26 to 42 mm at T11 to L5 (`field.md` §5.4), less where lordosis closes the canal's side,
more in tall people."""

PEDICLE_BESIDE_MM = (8.0, 21.0)
PEDICLE_BEHIND_MM = (-8.0, 1.0)
"""Where a pedicle passes beside the canal: interpedicular distance 23 to 28 mm, pedicle width 8 to 18 mm."""

PEDICLE_BELOW_DISC_MM = (6, 17)
FORAMEN_ABOVE_DISC_MM = (-3, 10)
"""Pedicles leave the upper half of a body; half their height (7 to 8 mm) and a few mm of body lie between them and the
disc above. The foramen of the vertebra above reaches from its pedicle down to the disc."""

FULL_CONTRAST = 0.3
"""Endplates stand out from a disc by this share of what bright bone stands out from the canal by; more says no more."""

UNSEEN_PEDICLE = 0.9
"""Bone where a pedicle passes; what the scan cuts off is given the benefit of the doubt."""

LEAST_CONTRAST = 0.15
"""Of the full contrast: without it, the first or last of the sequence is no disc but where the scan ends."""

SNAP_MM = 3

LEAST_SEEN = 0.6
"""Share of a layer that must lie in the scan before it can be called a disc."""

NEEDED = 0.8
"""What disc, pedicle and foramen together must show (at most 3) to be worth a place in the sequence."""

APART_MM = 7
"""Nearer to a disc than this, its own evidence goes on; what lies farther and still looks like a disc speaks against
the step over it."""

UNEVEN_PENALTY = 0.02
"""Per mm by which a spacing differs from the one before."""


@dataclass(frozen=True)
class BoneLevel:
    """What counts as bone in this scan: relative, since contrast, age and scanner shift every fixed threshold.

    Attributes
    ----------
    canal_hu
        Median of the canal's own content, where it is in view.
    bright_hu
        Upper quartile of the bone around it.
    """

    canal_hu: float
    bright_hu: float

    @property
    def threshold_hu(self) -> float:
        """Two fifths of the way from the canal's content to the brighter part of the bone around it."""
        return self.canal_hu + 0.4 * (self.bright_hu - self.canal_hu)

    @property
    def faint_hu(self) -> float:
        """Three tenths of that way: the thin cortex of a sacrum, averaged with what lies beside it."""
        return self.canal_hu + 0.3 * (self.bright_hu - self.canal_hu)

    @property
    def swift_hu(self) -> float:
        """Where a front runs at its full pace: 1.8 times as far from the canal's content as the threshold is."""
        return self.canal_hu + 1.8 * (self.threshold_hu - self.canal_hu)

    @property
    def full_contrast_hu(self) -> float:
        """By how much clear endplates are brighter than a disc."""
        return FULL_CONTRAST * (self.bright_hu - self.canal_hu)

    @classmethod
    def of(cls, spine: StraightSpine) -> "BoneLevel":
        """What the column of bodies and arches around the canal shows."""
        inside = spine.box((-4.0, 4.0), (-3.0, 3.0), spine.seen)
        canal = float(np.median(spine.box((-4.0, 4.0), (-3.0, 3.0))[inside])) if inside.any() else 0.0
        around = spine.box((-24.0, 24.0), (-42.0, 18.0))
        bright = around[around > canal + 80]
        bone = float(np.percentile(bright, 75)) if bright.size else canal + 300.0
        return cls(canal, bone)


def pedicle_profile(spine: StraightSpine, bone: BoneLevel) -> NDArray[np.float64]:
    """Share of bone where pedicles pass, for every mm along the canal, mean of both sides, shape (n,).

    Where the scan does not reach, as much as a pedicle would have.
    """
    solid = spine.both_sides(PEDICLE_BESIDE_MM, PEDICLE_BEHIND_MM) > bone.threshold_hu
    seen = spine.both_sides(PEDICLE_BESIDE_MM, PEDICLE_BEHIND_MM, spine.seen)
    share = np.where(seen, solid, UNSEEN_PEDICLE).mean(axis=(0, 2, 3))
    return np.asarray(ndimage.gaussian_filter1d(share, 2.0, mode="nearest"), dtype=np.float64)


def disc_evidence(spine: StraightSpine, discs: list[Disc], bone: BoneLevel) -> NDArray[np.float64]:
    """How much disc, pedicle and foramen speak for a disc at each height, 0 to 3, shape (n,)."""
    pedicles = pedicle_profile(spine, bone)
    contrast = np.clip([disc.contrast_hu / bone.full_contrast_hu for disc in discs], 0, 1)
    below = _extreme(pedicles, -PEDICLE_BELOW_DISC_MM[1], -PEDICLE_BELOW_DISC_MM[0], np.max)
    opening = _extreme(pedicles, *FORAMEN_ABOVE_DISC_MM, np.min)
    evidence = np.asarray(contrast + below + np.clip(below - opening, 0, 1), dtype=np.float64)
    seen = spine.box((-16.0, 17.0), (-38.0, -9.0), spine.seen).mean(axis=(1, 2))
    return np.where(seen >= LEAST_SEEN, evidence, 0.0)


def _extreme(
    profile: NDArray[np.float64], low: int, high: int, of: Callable[..., NDArray[np.float64]]
) -> NDArray[np.float64]:
    """The greatest or least of the profile between two offsets from each height; the ends go on."""
    padded = np.pad(profile, (-min(low, 0), max(high, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, high - low + 1)
    start = low - min(low, 0)
    return of(windows[start : start + len(profile)], axis=1)


def find_sequence(spine: StraightSpine, bone: BoneLevel) -> list[Disc]:
    """The discs from foot to head; empty where there are none."""
    discs = disc_at_every_height(spine)
    found = [_clearest_near(discs, height) for height in best_chain(disc_evidence(spine, discs, bone))]
    clear = [n for n, disc in enumerate(found) if disc.contrast_hu >= LEAST_CONTRAST * bone.full_contrast_hu]
    return with_endplates(spine, found[clear[0] : clear[-1] + 1]) if clear else []


def _clearest_near(discs: list[Disc], height: int) -> Disc:
    """The chain's even spacing may have moved a disc by a millimetre or two."""
    near = discs[max(height - SNAP_MM, 0) : height + SNAP_MM + 1]
    return max(near, key=lambda disc: disc.contrast_hu)


def best_chain(evidence: NDArray[np.float64]) -> list[int]:
    """Heights whose evidence and spacing together fit a spine best, from foot to head."""
    least, most = SPACING_MM
    if len(evidence) <= most:
        return []
    score = np.full((len(evidence), most + 1), -np.inf)
    before = np.zeros((len(evidence), most + 1), dtype=np.int64)
    _chain(evidence - NEEDED, least, most, UNEVEN_PENALTY, score, before)
    height, spacing = (int(n) for n in np.unravel_index(np.argmax(score), score.shape))
    heights = [height]
    while spacing:
        height, spacing = height - spacing, int(before[height, spacing])
        heights.append(height)
    return heights[::-1]


@kernel()
def _chain(
    worth: NDArray[np.float64],
    least: int,
    most: int,
    uneven: float,
    score: NDArray[np.float64],
    before: NDArray[np.int64],
) -> None:
    """Best chain that ends at each height with each spacing to the disc below, and the spacing before that."""
    for top in range(len(worth)):
        for spacing in range(least, most + 1):
            low = top - spacing
            if low < 0:
                break
            best, best_spacing = worth[low], 0
            for previous in range(max(least, int(0.75 * spacing)), min(most, int(1.3 * spacing)) + 1):
                candidate = score[low, previous] - uneven * abs(spacing - previous)
                if candidate > best:
                    best, best_spacing = candidate, previous
            between = worth[low + APART_MM : top - APART_MM + 1].mean()
            score[top, spacing] = best + worth[top] - max(between, 0.0)
            before[top, spacing] = best_spacing
