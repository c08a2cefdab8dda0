"""Sizes of vertebrae and discs from the published morphometry.

Heights, endplates and discs follow the lumbar model generator of Lavecchia et al. 2018 (J R Soc Interface 15:20170829,
doi 10.1098/rsif.2017.0829, called LMG here). Its widths hardly change from level to level, so that endplates are the
mean of LMG and the Visible Human's table published with it, scaled by stature; pedicle widths, canal and processes are
that table's, with L5's pedicle from Cook & Baker 2021 (Int J Spine Surg 15:1072).
"""

from dataclasses import dataclass

from foramen.simulation.parameters import PatientParameters

LEVELS = ("T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5")
"""The vertebrae that are modelled, from head to foot."""
_LUMBAR = LEVELS[3:]

BODY_HEIGHT_SHARE = dict(zip(_LUMBAR, (0.0555, 0.0560, 0.0566, 0.0563, 0.0571), strict=True))
"""Posterior body height as a share of the length of the spine (LMG)."""

VISIBLE_HUMAN_STATURE_CM = 180.0
DRAWN_STATURE_CM = 175.0
_TABLE = {
    #        endplates: upper w, d, lower w, d; pedicle w; canal d, w; spans: transverse, inferior; spinous length
    "L1": (46.6, 36.2, 48.8, 37.7, 8.2, 18.0, 22.3, 74.2, 25.0, 36.1),
    "L2": (49.7, 43.5, 50.5, 44.8, 9.3, 16.9, 22.2, 88.8, 22.4, 38.6),
    "L3": (49.0, 42.5, 52.2, 39.0, 13.6, 16.0, 22.6, 96.9, 26.8, 42.6),
    "L4": (52.7, 40.2, 53.4, 38.7, 15.0, 17.0, 24.0, 96.8, 31.3, 36.7),
    "L5": (54.5, 37.9, 54.2, 36.1, 16.1, 17.0, 25.0, 97.5, 42.1, 31.8),
}
"""Visible Human male, mm; L5's pedicle width from Cook & Baker 2021, 16.1 ± 2.3 mm."""

PEDICLE_HEIGHT_MM = {"L1": 15.3, "L2": 15.3, "L3": 14.5, "L4": 13.8, "L5": 12.9}
"""L2 and L4 of Torun 2008 (J Clin Neurosci), L5 of Cook & Baker 2021; L1 as L2, L3 between its neighbours. The
model takes the mean of this and LMG's, which hardly changes from level to level."""

DISC_CM = {
    "male": ((0.680, 0.006201), (0.832, 0.006687), (1.105, 0.005455), (1.076, 0.006952), (0.973, 0.008630)),
    "female": ((0.627, 0.00484), (0.817, 0.004771), (0.985, 0.004982), (1.051, 0.005052), (0.926, 0.00817)),
}
"""Disc height in cm, L1-L2 to L5-S1: at birth, and growth a year (LMG)."""

BODY_WEDGE_DEG = {
    "male": dict(zip(_LUMBAR, (-4.1, -2.6, -1.3, 0.7, 4.6), strict=True)),
    "female": dict(zip(_LUMBAR, (-2.6, -0.7, 1.1, 3.1, 7.8), strict=True)),
}
"""Lordotic (higher in front) wedging of the bodies, degrees (Eur Spine J 2010); negative is higher behind."""

DISC_LORDOSIS_SHARE = (0.10, 0.14, 0.20, 0.26, 0.30)
"""How the discs L1-L2 to L5-S1 share what lordosis the bodies leave: a design choice."""

THORACIC_SHARE = {"T12": 0.95, "T11": 0.90, "T10": 0.86}
"""Size of the thoracic vertebrae against L1: nominal."""
THORACIC_DISC_MM = 6.0
THORACIC_WEDGE_DEG = -3.5


@dataclass(frozen=True)
class VertebraSize:
    """Sizes of one vertebra, mm; `scale` is for what was drawn at 175 cm rather than published."""

    level: str
    posterior_height: float
    wedge_deg: float
    upper_width: float
    upper_depth: float
    lower_width: float
    lower_depth: float
    pedicle_width: float
    pedicle_height: float
    canal_depth: float
    canal_width: float
    transverse_span: float
    inferior_span: float
    spinous_length: float
    scale: float

    @property
    def depth(self) -> float:
        """Of the body at its middle height."""
        return (self.upper_depth + self.lower_depth) / 2

    @property
    def is_lumbar(self) -> bool:
        """Whether the facets stand sagittally and no rib is attached."""
        return self.level.startswith("L")


@dataclass(frozen=True)
class DiscSize:
    """Height in the middle and lordotic wedge of the disc below `above`."""

    above: str
    height: float
    wedge_deg: float


def spine_length_mm(stature_cm: float) -> float:
    """Length of the presacral spine (LMG)."""
    return 10 * 0.7 * (stature_cm - 47.258) / 2.069


def vertebra_size(level: str, patient: PatientParameters) -> VertebraSize:
    """Sizes of the vertebra of that level."""
    if level not in _LUMBAR:
        return _thoracic(level, patient)
    height = BODY_HEIGHT_SHARE[level] * spine_length_mm(patient.stature_cm)
    scale = patient.stature_cm / VISIBLE_HUMAN_STATURE_CM
    uw, ud, lw, ld, pedicle, canal_d, canal_w, transverse, inferior, spinous = (scale * v for v in _TABLE[level])
    return VertebraSize(
        level=level,
        posterior_height=height,
        wedge_deg=BODY_WEDGE_DEG[patient.sex][level],
        upper_width=(uw + 1.6836 * height - 1.598) / 2,
        upper_depth=(ud + 1.2326 * height + 2.838) / 2,
        lower_width=(lw + 1.7618 * height - 0.7654) / 2,
        lower_depth=(ld + 1.1348 * height + 5.3909) / 2,
        pedicle_width=pedicle,
        pedicle_height=(scale * PEDICLE_HEIGHT_MM[level] + 0.5528 * height + 2.0493) / 2,
        canal_depth=canal_d,
        canal_width=canal_w,
        transverse_span=transverse,
        inferior_span=inferior,
        spinous_length=spinous,
        scale=patient.stature_cm / DRAWN_STATURE_CM,
    )


def disc_sizes(patient: PatientParameters) -> dict[str, DiscSize]:
    """The disc below each vertebra, by the level above it; their wedges make up the lordosis asked for."""
    bodies = sum(BODY_WEDGE_DEG[patient.sex][level] for level in _LUMBAR)
    left_over = patient.lordosis_deg - bodies
    discs = {
        level: DiscSize(level, 10 * (at_birth + yearly * patient.age_years), share * left_over)
        for level, (at_birth, yearly), share in zip(_LUMBAR, DISC_CM[patient.sex], DISC_LORDOSIS_SHARE, strict=True)
    }
    return {level: DiscSize(level, THORACIC_DISC_MM, 0.0) for level in LEVELS[:3]} | discs


def _thoracic(level: str, patient: PatientParameters) -> VertebraSize:
    first = vertebra_size("L1", patient)
    share = THORACIC_SHARE[level]
    return VertebraSize(
        level=level,
        posterior_height=first.posterior_height * share,
        wedge_deg=THORACIC_WEDGE_DEG,
        upper_width=first.upper_width * share * 0.94,
        upper_depth=first.upper_depth * share,
        lower_width=first.lower_width * share * 0.94,
        lower_depth=first.lower_depth * share,
        pedicle_width=first.pedicle_width * share,
        pedicle_height=first.pedicle_height * share,
        canal_depth=first.canal_depth * share,
        canal_width=first.canal_width * share,
        transverse_span=first.transverse_span * 0.72,
        inferior_span=first.inferior_span,
        spinous_length=first.spinous_length * share,
        scale=first.scale,
    )
