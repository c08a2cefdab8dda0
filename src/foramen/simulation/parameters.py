"""Who the digital patient is."""

from dataclasses import dataclass, field
from math import isfinite

from foramen.anatomy.root import Root
from foramen.errors import UsageError

LORDOSIS_DEG = 43.49
"""Between the upper endplates of L1 and S1 (Lavecchia et al. 2018, doi 10.1098/rsif.2017.0829)."""

LIMITS: dict[str, tuple[float, float, str]] = {
    "age_years": (18, 95, "years"),
    "stature_cm": (140, 205, "cm"),
    "bmi": (17, 45, "kg/m²"),
    "lordosis_deg": (10, 75, "degrees"),
    "scoliosis_cobb_deg": (-35, 35, "degrees (positive bulges to the left)"),
    "slip_mm": (0, 6, "mm"),
    "bone_density": (0.3, 1.4, "times the usual"),
}


@dataclass(frozen=True)
class PatientParameters:
    """What can be chosen about the patient; the default is a man of 50 with no particular findings.

    Parameters
    ----------
    sex : str
        ``male`` or ``female``: changes disc heights and wedging.
    age_years, stature_cm, bmi : float
        Years change disc height, stature every bone, body mass index (kg/m²) fat and girth.
    lordosis_deg : float
        Between the upper endplates of L1 and S1.
    scoliosis_cobb_deg : float
        Cobb angle of a lumbar curve with its apex at L2/L3, with rotation; positive bulges to the patient's left.
    narrowing : dict of Root to float
        Share, 0 to 1, by which a foramen is narrowed by its facet, its disc margin and loss of fat; L1 to L5 only.
    slip_level, slip_mm
        The vertebra that has slipped forward on the one below, and how far; 0 for none.
    bone_density : float
        Trabecular and cortical HU, 1 as usual, 0.5 for marked osteoporosis.
    seed : int
        Of everything random: bowel, texture. The spine does not depend on it.

    Raises
    ------
    UsageError
        If a value is outside what the model was made for.
    """

    sex: str = "male"
    age_years: float = 50.0
    stature_cm: float = 175.0
    bmi: float = 25.0
    lordosis_deg: float = LORDOSIS_DEG
    scoliosis_cobb_deg: float = 0.0
    narrowing: dict[Root, float] = field(default_factory=dict)
    slip_level: str = "L4"
    slip_mm: float = 0.0
    bone_density: float = 1.0
    seed: int = 1

    def __post_init__(self) -> None:
        if self.sex not in ("male", "female"):
            raise UsageError(f"The digital patient's sex is 'male' or 'female', not '{self.sex}'.")
        for name, (least, most, unit) in LIMITS.items():
            value = getattr(self, name)
            if not (isfinite(value) and least <= value <= most):
                raise UsageError(
                    f"The digital patient's {name} is {value}; the model holds from {least} to {most} {unit}."
                )
        if self.slip_level not in ("L4", "L5"):
            raise UsageError(f"A slip is modelled at L4 or L5, not at '{self.slip_level}'.")
        if self.seed < 0:
            raise UsageError(f"The digital patient's seed is {self.seed}; use zero or a positive whole number.")
        for root, share in self.narrowing.items():
            if root.level not in ("L1", "L2", "L3", "L4", "L5"):
                raise UsageError(f"Narrowing is modelled for the foramina of L1 to L5, not for {root}.")
            if not 0 <= share <= 1:
                raise UsageError(f"The narrowing of {root} is {share}; it is a share from 0 (none) to 1 (severe).")
