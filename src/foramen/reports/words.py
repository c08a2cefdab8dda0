"""Numbers, dates, sides and names as a person reads them."""

from datetime import date, datetime

from foramen.anatomy.root import Root, Side
from foramen.anatomy.structures import Tissue
from foramen.planning.clearance import CLEARANCE_LIMIT_MM
from foramen.planning.plan import Approach, RootStatus, Route

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

STATUS = {
    RootStatus.PLANNED: "Planned",
    RootStatus.NO_ACCEPTABLE_ROUTE: "No acceptable route",
    RootStatus.NOT_VISIBLE: "Not visible",
}

APPROACH = {
    Approach.PERIRADICULAR: "periradicular, tip beside the root",
    Approach.SUBPEDICULAR: "subpedicular, tip below the pedicle",
    Approach.INFRANEURAL: "infraneural, tip below the root",
    Approach.S1_DORSAL: "through the dorsal S1 foramen",
}

TISSUE = {
    Tissue.BONE: "bone",
    Tissue.THECAL_SAC: "thecal sac",
    Tissue.VESSEL: "vessels",
    Tissue.ORGAN: "organs",
    Tissue.LUNG: "lung",
}


def mm(value: float, uncertainty: float | None = None, *, decimals: int = 0) -> str:
    """A length: `84 mm`, or with its uncertainty `84 mm ± 2`."""
    text = f"{value:.{decimals}f}".replace("-", "−")
    text = "0" if text == "−0" else text
    return f"{text} mm" + (f" ± {max(1, round(uncertainty))}" if uncertainty is not None else "")


def clearance(value: float | None) -> str:
    """A clearance: `4.2 mm`, `> 25 mm` beyond what is measured, or `not checked`."""
    if value is None:
        return "not checked"
    if value >= CLEARANCE_LIMIT_MM:
        return f"> {mm(CLEARANCE_LIMIT_MM)}"
    return mm(value, decimals=1)


def degrees(value: float, *, decimals: int = 0) -> str:
    """An angle without its sign: `28°`."""
    return f"{abs(value):.{decimals}f}°"


def percent(share: float) -> str:
    """A probability, never rounded up to certainty: `93 %`, `over 99 %`."""
    return "over 99 %" if share > 0.99 else f"{share * 100:.0f} %"


def from_midline(route: Route, root: Root) -> str:
    """Where the entry lies, as the skin grid measures it from the midline: `58 mm LEFT`."""
    lateral = route.skin.lateral_of_midline_mm
    if abs(lateral) < 0.5:
        return "on it"
    return f"{mm(abs(lateral))} {(root.side if lateral > 0 else root.side.other).upper()}"


def tip_direction(route: Route) -> str:
    """Where the angle from vertical takes the tip: `tip toward the patient's RIGHT`."""
    if round(abs(route.axial_angle_deg)) == 0:
        return "straight down"
    return f"tip toward the patient's {(Side.LEFT if route.axial_angle_deg > 0 else Side.RIGHT).upper()}"


def craniocaudal_direction(route: Route) -> str:
    """Where the tilt out of the axial plane takes the tip: `tip toward the head`, or `in the axial plane`."""
    if round(abs(route.craniocaudal_angle_deg)) == 0:
        return "in the axial plane"
    return f"tip toward the {'head' if route.craniocaudal_angle_deg > 0 else 'feet'}"


def craniocaudal_angle(route: Route) -> str:
    """The tilt out of the axial plane, short: `none` or `6° to head`."""
    angle = route.craniocaudal_angle_deg
    return "none" if round(abs(angle)) == 0 else f"{degrees(angle)} to {'head' if angle > 0 else 'feet'}"


def patient_position(code: str) -> str:
    """DICOM's patient position in words: `FFP` is `feet first, prone`."""
    first = {"HF": "head first", "FF": "feet first"}.get(code[:2])
    lying = {"P": "prone", "S": "supine", "DR": "right side down", "DL": "left side down"}.get(code[2:])
    return f"{first}, {lying}" if first and lying else code


UNITS = {"_mm": " mm", "_deg": "°", "_hu": " HU", "_ml": " ml"}
"""Endings of a setting's name that are its unit."""


def setting(name: str, value: object) -> tuple[str, str]:
    """A setting's name and value as a person reads them: `bone_margin_mm`, 2.0 is `bone margin`, `2 mm`."""
    ending = next((ending for ending in UNITS if name.endswith(ending)), "")
    text = _plain(value) + (UNITS[ending] if ending and value is not None else "")
    return name.removesuffix(ending).replace("_", " "), text


def with_unit_of(group: str, settings: dict[str, object]) -> dict[str, object]:
    """Settings of a group whose name bears a unit (`margins_mm`), each with that unit in its own name."""
    ending = next((ending for ending in UNITS if group.endswith(ending)), "")
    return {key if any(map(key.endswith, UNITS)) else key + ending: value for key, value in settings.items()}


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(" ".join(setting(str(key), inner)) for key, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_plain(item) for item in value) or "none"
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def moment(when: datetime) -> str:
    """A date and time: `Fri 20 Nov 2026, 09:30`."""
    return f"{day(when.date())}, {when:%H:%M}"


def day(when: date) -> str:
    """A date: `Fri 20 Nov 2026`."""
    return f"{WEEKDAYS[when.weekday()]} {when.day} {MONTHS[when.month - 1]} {when.year}"


def dicom_day(text: str) -> str:
    """A DICOM date (`20261120`) as a date, or as it stands where it is none."""
    try:
        return day(datetime.strptime(text.strip(), "%Y%m%d").date())
    except ValueError:
        return text.strip()


def person(name: str) -> str:
    """A DICOM person name, `DOE^JANE^^Dr`, as `DOE, JANE Dr`."""
    family, *given = (part.strip() for part in name.split("=")[0].split("^"))
    rest = " ".join(part for part in given if part)
    return f"{family}, {rest}" if family and rest else family or rest


def sentence(text: str) -> str:
    """The same text with a capital first letter and a full stop at its end."""
    text = text.strip()
    return text if not text else text[0].upper() + text[1:] + ("" if text[-1] in ".!?:" else ".")
