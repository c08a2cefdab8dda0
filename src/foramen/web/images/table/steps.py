"""What is asked at each step, as fields large enough for a glove, and the event that the answers make."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from foramen.anatomy.root import ALL_ROOTS
from foramen.errors import InputError
from foramen.pathway.injectate.products import Role, catalogue
from foramen.pathway.procedure import Event, Pattern
from foramen.web.images.table.at_the_table import AtTheTable
from foramen.web.images.table.overrule import WHY, may_overrule

Options = tuple[tuple[str, str], ...]

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)

DONE = {
    "signed-in": "All of it agrees",
    "positioned": "The patient lies so",
    "skin-prepared": "The skin is disinfected",
    "stop-moment": "Said aloud, mark seen",
    "anaesthetised": "Given",
    "advanced": "Moved and looked at",
    "tip-checked": "Note the tip",
    "aspirated": "Note what came back",
    "contrast-given": "Note the contrast",
    "contrast-omitted": "Go on without contrast",
    "released": "Release the medicine",
    "injected": "Injected",
    "pain-reported": "Note the pain",
    "waited": "The cramping has eased",
    "withdrawn": "Withdrawn",
    "needle-removed": "The needle is out",
    "dressed": "The site is covered",
    "abandoned": "End here",
}
"""What the large button of each step says."""

YES_NO: Options = (("yes", "Yes"), ("no", "No"))
SIDES: Options = (("left", "LEFT"), ("right", "RIGHT"))
PATTERNS: Options = (
    (Pattern.ALONG_ROOT, "Along the root"),
    (Pattern.EPIDURAL_ONLY, "Epidural only"),
    (Pattern.VASCULAR_ARTERIAL, "In an artery"),
    (Pattern.VASCULAR_VENOUS, "In a vein"),
    (Pattern.VASCULAR_UNKNOWN, "In a vessel"),
    (Pattern.INTRATHECAL, "In the thecal sac"),
    (Pattern.INTRANEURAL, "In the root itself"),
    (Pattern.ELSEWHERE, "Elsewhere"),
    (Pattern.UNCERTAIN, "Not certain"),
)
POSITIONS: Options = (
    ("prone", "Prone"),
    ("prone-oblique", "Prone, oblique"),
    ("lateral", "On the side"),
    ("supine", "Supine"),
)
AGENTS: Options = (
    ("chlorhexidine", "Chlorhexidine"),
    ("povidone-iodine", "Povidone-iodine"),
    ("alcohol", "Alcohol"),
)


@dataclass(frozen=True)
class Ask:
    """One field of a step."""

    name: str
    label: str
    kind: Literal["choices", "many", "select", "number", "text"]
    options: Options = ()
    value: str | tuple[str, ...] = ""
    unit: str = ""
    hint: str = ""
    required: bool = True


def fields(step: str, table: AtTheTable) -> tuple[Ask, ...]:
    """What is asked at a step, with what is known already filled in. What must be read from elsewhere is never."""
    make = _FIELDS.get(step)
    return make(table) if make else ()


def event_of(step: str, form: Mapping[str, str], chosen: Callable[[str], tuple[str, ...]], at: datetime) -> Event:
    """The event that a filled-in step makes.

    Raises
    ------
    InputError
        If something is missing or no number; the sentence names the fields.
    """
    told: dict[str, Any] = {"event": step, "at": at}
    for name, value in form.items():
        if name in _BOOLEAN:
            told[name] = value == "yes"
        elif name in _NUMBER:
            told[name] = _number(value)
        elif name in _TEXT and value.strip():
            told[name] = value.strip()
    if step == "signed-in":
        told["identifiers_matched"] = chosen("identifiers_matched")
    if step == "injected":
        told["given"] = _given(form)
    try:
        return _EVENT.validate_python(told, strict=False)
    except ValidationError as error:
        names = dict.fromkeys(str(fault["loc"][-1]).replace("_", " ") for fault in error.errors())
        raise InputError(f"Still to fill in: {', '.join(names)}.") from None


_BOOLEAN = frozenset(
    {"consent_still_given", "allergies_read_out", "mark_seen", "in_position", "seen_during", "vessels_checked",
     "slowly", "concordant"}
)  # fmt: skip
_NUMBER = frozenset({"volume_ml", "depth_mm"})
_TEXT = frozenset(
    {"root_on_request", "root_on_consent", "side_said_by_patient", "side_marked", "position", "agent", "root",
     "operator", "assistant", "product", "needle", "image", "found", "pattern", "reason", "by", "kind"}
)  # fmt: skip


def _number(text: str) -> float | str:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return text


def _given(form: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
    rows = ((form.get(f"product_{row}", ""), form.get(f"volume_{row}", "")) for row in range(1, 4))
    return tuple({"product": product, "volume_ml": _number(volume)} for product, volume in rows if product)


def _products(*roles: Role) -> Options:
    return (("", "choose"), *((name, made.name) for name, made in catalogue().items() if made.role in roles))


_ROOTS: Options = (("", "read it there"), *((str(root), root.title) for root in ALL_ROOTS))


def _signed_in(_: AtTheTable) -> tuple[Ask, ...]:
    known = (("name", "Name"), ("date of birth", "Date of birth"), ("hospital number", "Hospital number"))
    return (
        Ask("identifiers_matched", "The patient says, and it matches", "many", known, hint="At least two."),
        Ask("root_on_request", "Root on the request", "select", _ROOTS),
        Ask("root_on_consent", "Root on the consent", "select", _ROOTS),
        Ask("side_said_by_patient", "The patient says the side", "choices", SIDES),
        Ask("side_marked", "The mark is on the", "choices", SIDES),
        Ask("consent_still_given", "Still consents", "choices", YES_NO),
        Ask("allergies_read_out", "Allergies read out", "choices", YES_NO),
    )


def _positioned(_: AtTheTable) -> tuple[Ask, ...]:
    return (Ask("position", "The patient lies", "choices", POSITIONS),)


def _skin_prepared(_: AtTheTable) -> tuple[Ask, ...]:
    return (Ask("agent", "With", "choices", AGENTS),)


def _stop_moment(_: AtTheTable) -> tuple[Ask, ...]:
    return (
        Ask("root", "The team says aloud", "select", _ROOTS),
        Ask("mark_seen", "The mark is seen in the field", "choices", YES_NO),
        Ask("operator", "Operator", "text"),
        Ask("assistant", "Assistant", "text"),
    )


def _anaesthetised(_: AtTheTable) -> tuple[Ask, ...]:
    return (
        Ask("product", "Local anaesthetic", "select", _products(Role.ANAESTHETIC)),
        Ask("volume_ml", "Volume", "number", unit="ml"),
    )


def _advanced(table: AtTheTable) -> tuple[Ask, ...]:
    depth = f"{table.depth_mm:.0f}" if table.depth_mm is not None else ""
    return (_needle(table), Ask("depth_mm", "Depth", "number", value=depth, unit="mm"), _image(table))


def _tip_checked(table: AtTheTable) -> tuple[Ask, ...]:
    return (
        _needle(table),
        Ask("root", "The image shows the tip at", "select", _ROOTS),
        Ask("in_position", "Where it should be", "choices", YES_NO),
        _image(table),
    )


def _aspirated(table: AtTheTable) -> tuple[Ask, ...]:
    options = (("nothing", "Nothing"), ("blood", "Blood"), ("csf", "Spinal fluid"))
    return (_needle(table), Ask("found", "What comes back", "choices", options))


def _contrast_given(table: AtTheTable) -> tuple[Ask, ...]:
    read = table.pattern
    hint = "As the scans were read. Change it if you see otherwise." if read else "As you see it."
    volume = table.spread.said.injected_ml if table.spread and read else None
    return (
        _needle(table),
        Ask("product", "Contrast", "select", _products(Role.CONTRAST)),
        Ask("volume_ml", "Volume", "number", value=f"{volume:g}" if volume else "", unit="ml"),
        Ask("pattern", "Where it went", "choices", PATTERNS, value=str(read or ""), hint=hint),
        *((_why_otherwise(),) if may_overrule(read) else ()),
        Ask("seen_during", "Imaged while it went in, or directly after", "choices", YES_NO),
        Ask("vessels_checked", "Looked for vessels away from the needle", "choices", YES_NO),
        Ask("slowly", "Given slowly", "choices", YES_NO),
        _image(table),
    )


def _why_otherwise() -> Ask:
    return Ask(WHY, "Why it is along the root all the same", "text", hint="Only if you see it so.", required=False)


def _contrast_omitted(table: AtTheTable) -> tuple[Ask, ...]:
    reason = (table.booking.contrast_contraindication or "") if table.booking else ""
    return (Ask("reason", "Reason on record", "text", value=reason),)


def _injected(table: AtTheTable) -> tuple[Ask, ...]:
    products = _products(Role.STEROID, Role.ANAESTHETIC, Role.DILUENT)
    rows = tuple(
        ask
        for row in range(1, 4)
        for ask in (
            Ask(f"product_{row}", f"Product {row}", "select", products, required=row == 1),
            Ask(f"volume_{row}", "Volume", "number", unit="ml", required=row == 1),
        )
    )
    return (_needle(table), *rows, Ask("slowly", "Injected slowly", "choices", YES_NO))


def _pain_reported(_: AtTheTable) -> tuple[Ask, ...]:
    kinds = (("cramping", "Cramping down the leg"), ("extreme", "Extreme"))
    return (
        Ask("kind", "The pain is", "choices", kinds),
        Ask("concordant", "The patient's own pain", "choices", YES_NO, required=False),
    )


def _withdrawn(_: AtTheTable) -> tuple[Ask, ...]:
    return (Ask("depth_mm", "Depth now", "number", unit="mm"),)


def _abandoned(_: AtTheTable) -> tuple[Ask, ...]:
    who = (("patient", "The patient"), ("clinician", "The team"))
    return (Ask("by", "Who ends it", "choices", who), Ask("reason", "Why", "text"))


def _needle(table: AtTheTable) -> Ask:
    return Ask("needle", "Needle", "text", value=table.state.needle or "1")


def _image(table: AtTheTable) -> Ask:
    return Ask("image", "Image", "text", value=f"control scan {table.controls}" if table.controls else "")


_FIELDS: dict[str, Callable[[AtTheTable], tuple[Ask, ...]]] = {
    "signed-in": _signed_in,
    "positioned": _positioned,
    "skin-prepared": _skin_prepared,
    "stop-moment": _stop_moment,
    "anaesthetised": _anaesthetised,
    "advanced": _advanced,
    "tip-checked": _tip_checked,
    "aspirated": _aspirated,
    "contrast-given": _contrast_given,
    "contrast-omitted": _contrast_omitted,
    "injected": _injected,
    "pain-reported": _pain_reported,
    "withdrawn": _withdrawn,
    "abandoned": _abandoned,
}
