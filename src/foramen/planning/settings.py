"""What a site may set: needles on the shelf, margins, limits, spreads and weights.

Every default names its source. *Judgement* marks what no source gives: chosen to err on the side of distance, to be
reviewed by the site. `docs/planning.md` says why.
"""

import tomllib
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from foramen.anatomy.root import Root
from foramen.errors import InputError, UsageError
from foramen.planning.plan import Approach


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ShelfNeedle(_Settings):
    """A needle that the site has.

    The default outer diameter of 22 G is 0.7 mm (Gerrish and Peacock 1987, Br J Anaesth 59:1465, who measured it).
    """

    gauge: int = 22
    length_mm: float = Field(gt=0, description="Cannula from hub to tip")
    diameter_mm: float = Field(default=0.7, gt=0, description="Outer diameter of the cannula")


class Margins(_Settings):
    """What must stay free between the needle's surface and each tissue, in mm. All are judgement.

    The published freehand errors (entry 3 to 6 mm, angle 2 to 3°) are larger than any margin that leaves a route, which
    is why a plan also gives its tolerance and probability of success, and why the needle is advanced in stages.
    """

    bone: float = Field(default=2.0, ge=0, description="Along the shaft; tapers to 0 near the target, see `taper`")
    thecal_sac: float = Field(default=3.0, ge=0, description="Never tapers")
    vessel: float = Field(default=5.0, ge=0)
    organ: float = Field(default=10.0, ge=0, description="Breathing moves kidneys and bowel")
    lung: float = Field(default=10.0, ge=0, description="The pleural recess reaches lower than the lung")
    nerve: float = Field(default=0.5, ge=0, description="To the root's and ganglion's estimated surface")
    taper: float = Field(default=10.0, gt=0, description="Distance from the target zone at which bone's margin is full")


class Limits(_Settings):
    """What a route may not exceed."""

    craniocaudal_deg: float = Field(default=30.0, gt=0, le=60, description="A CT gantry tilts 30° at most")
    axial_deg: float = Field(default=65.0, gt=0, le=90, description="Judgement: beyond it the way leads past the flank")
    skin_deg: float = Field(default=65.0, gt=0, le=90, description="Judgement: a flatter needle skids on the skin")
    beyond_midline_mm: float = Field(default=0.0, description="How far beyond the midline an entry may lie; judgement")
    reserve_mm: float = Field(default=5.0, ge=0, description="Of the needle, left outside the skin; judgement")


class Spreads(_Settings):
    """Mean errors of one freehand pass, without correction on the way.

    Entry 4.6 mm and in-plane angle 2.3°: Moser 2013, Eur J Radiol 82:627, clinical freehand arm (3.4 ± 3.1° in a
    phantom: Gruber-Rouh 2015, PMC4499536). Out of plane 6.65°: mean of 7.0 and 6.3° freehand, Zerobot trial, Eur Radiol
    2019, doi 10.1007/s00330-019-06477-1. From which craniocaudal angle on a route counts as fully out of plane is
    judgement.
    """

    entry_mm: float = Field(default=4.6, ge=0)
    in_plane_deg: float = Field(default=2.3, ge=0)
    out_of_plane_deg: float = Field(default=6.65, ge=0)
    out_of_plane_from_deg: float = Field(default=10.0, gt=0)
    tip_within_mm: float = Field(default=3.0, gt=0, description="2.7 mm is what radiologists accept: de Jong 2018")


class Weights(_Settings):
    """What each soft cost (0 best, 1 worst) counts in the recommendation. All are judgement."""

    depth: float = Field(default=1.0, ge=0)
    out_of_plane: float = Field(default=2.0, ge=0)
    in_plane: float = Field(default=1.0, ge=0)
    target: float = Field(default=1.5, ge=0)
    bone: float = Field(default=1.0, ge=0)
    thecal_sac: float = Field(default=2.0, ge=0)
    vessel: float = Field(default=2.0, ge=0)
    organ: float = Field(default=2.0, ge=0)
    lung: float = Field(default=2.0, ge=0)
    artery: float = Field(default=2.0, ge=0)
    tolerance: float = Field(default=2.0, ge=0)
    success: float = Field(default=2.0, ge=0)
    windows: float = Field(default=1.0, ge=0, description="Share of the way within 20 mm of lung or an organ")


class Offer(_Settings):
    """How many routes are offered, and what makes two of them differ. Judgement."""

    routes: int = Field(default=4, ge=1, le=20)
    entry_apart_mm: float = Field(default=12.0, ge=0)
    shortlist: int = Field(default=240, ge=1, le=5000, description="Routes whose robustness is worked out")


class PlanSettings(_Settings):
    """Everything a plan depends on beside the scan and its anatomy."""

    approach: Approach | None = Field(default=None, description="None: by level")
    needles: tuple[ShelfNeedle, ...] = Field(
        default=(ShelfNeedle(length_mm=90), ShelfNeedle(length_mm=120), ShelfNeedle(length_mm=150)),
        min_length=1,
        description="90 mm: Gerrish and Peacock 1987; the longer ones are judgement: set what is on the shelf",
    )
    margins: Margins = Margins()
    limits: Limits = Limits()
    spreads: Spreads = Spreads()
    weights: Weights = Weights()
    offer: Offer = Offer()

    @classmethod
    def from_toml(cls, path: Path) -> Self:
        """Read a site's settings; what the file does not name keeps its default.

        Raises
        ------
        InputError
            If the file is not TOML, or names something that is no setting, or a value out of its range.
        """
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise InputError(f"The settings {path.name} can't be read as TOML: {error}") from error
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise InputError(f"The settings {path.name} are wrong at '{where}': {first['msg']}.") from error

    def with_approach(self, name: str) -> Self:
        """The same settings with another approach.

        Raises
        ------
        UsageError
            If there is no such approach.
        """
        if name not in list(Approach):
            raise UsageError(f"'{name}' is not an approach; choose one of {', '.join(Approach)}.")
        return self.model_copy(update={"approach": Approach(name)})

    def approach_for(self, root: Root) -> Approach:
        """The approach asked for, or the default of the root's level.

        Raises
        ------
        UsageError
            If the approach asked for does not exist at that level.
        """
        if root.level == "S1":
            return Approach.S1_DORSAL
        if self.approach is Approach.S1_DORSAL:
            raise UsageError(f"s1-dorsal leads to the S1 roots; choose another approach for {root}.")
        return self.approach or Approach.PERIRADICULAR

    @property
    def longest_reach_mm(self) -> float:
        """The deepest target that a needle on the shelf reaches."""
        return max(needle.length_mm for needle in self.needles) - self.limits.reserve_mm

    @property
    def needle_radius_mm(self) -> float:
        """Of the thickest needle on the shelf, which every route must allow for."""
        return max(needle.diameter_mm for needle in self.needles) / 2

    def needle_for(self, depth_mm: float) -> ShelfNeedle | None:
        """The shortest needle that reaches so deep, the thinnest of those."""
        long_enough = [n for n in self.needles if n.length_mm - self.limits.reserve_mm >= depth_mm]
        return min(long_enough, key=lambda n: (n.length_mm, -n.gauge), default=None)

    def as_record(self) -> dict[str, Any]:
        """The settings as `plan.json` keeps them."""
        return self.model_dump(mode="json")
