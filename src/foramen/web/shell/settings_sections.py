"""What a site may set, as sections of questions.

The questions are the fields of `SiteSettings` themselves: their names, units, bounds and the remarks beside them stand
there once, and a page only asks them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any
from zoneinfo import available_timezones

from pydantic import BaseModel, ValidationError

from foramen.errors import UsageError
from foramen.pathway.medication import policy_names, read_policy
from foramen.records.events import SiteSettings
from foramen.reports.words import setting

NO_LIMIT = "Empty: no limit of days. No source sets one."
OWN_LEVELS = "The site's own levels for this procedure. Shipped unset: no source sets one for everybody."

Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Question:
    """One setting: where it lies, its words, its unit, the remark beside it, and what to choose from."""

    place: str
    label: str
    unit: str = ""
    hint: str = ""
    choices: Choices = ()
    number: bool = False
    optional: bool = False

    def shown(self, settings: dict[str, Any]) -> str:
        """The value as it stands in its field."""
        value = _at(settings, self.place)
        return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)

    def read(self, text: str) -> str | None:
        """What was typed, for the settings to judge; an empty optional number is none."""
        return None if self.optional and not text.strip() else text.strip()


@dataclass(frozen=True)
class Section:
    """Some questions that belong together."""

    name: str
    title: str
    intro: str
    questions: tuple[Question, ...]


def sections() -> tuple[Section, ...]:
    """Every section but the needles and the signed rules, which are lists and have pages of their own."""
    return (_site(), _policy(), *_planning(), _doses())


def changed(settings: SiteSettings, section: Section, typed: Mapping[str, str]) -> SiteSettings:
    """The settings with a section as it was typed.

    Raises
    ------
    UsageError
        If something was chosen that is not in the list.
    ValidationError
        If a value is not what its field takes; `faults` puts that beside the fields.
    """
    values = settings.model_dump(mode="json", by_alias=True)
    for question in section.questions:
        typed_value = question.read(typed.get(question.place, ""))
        if question.choices and typed_value not in dict(question.choices):
            raise UsageError(f"{question.label}: choose one of the list.")
        *way, last = question.place.split(".")
        reduce(lambda part, name: part[name], way, values)[last] = typed_value
    return SiteSettings.model_validate(values, strict=False)


def faults(error: ValidationError) -> dict[str, str]:
    """What is wrong, by the place of the setting."""
    return {".".join(map(str, fault["loc"])): f"{fault['msg']}." for fault in error.errors(include_input=False)}


def _at(settings: dict[str, Any], place: str) -> Any:
    return reduce(lambda part, name: part[name], place.split("."), settings)


def _site() -> Section:
    zones = tuple(
        (zone, zone.replace("_", " ")) for zone in sorted(available_timezones()) if "/" in zone or zone == "UTC"
    )
    return Section(
        "site",
        "The site",
        "What stands on letters and leaflets, and the clock on the wall.",
        (
            Question("site.name", "Name of the site"),
            Question("phone", "Telephone", hint="Answered day and night; printed on the leaflet."),
            Question("time_zone", "Time zone", choices=zones),
            Question("consent_valid_days", "A consent stands for", "days", NO_LIMIT, number=True, optional=True),
            Question("diary_days", "A diary link is good for", "days", number=True),
        ),
    )  # fmt: skip


def _policy() -> Section:
    policies = tuple(
        (name, f"{read_policy(name).title}: {read_policy(name).procedure_class}") for name in policy_names()
    )
    intro = "One policy at a time: their rows are never mixed. It counts for every screening from now on."
    return Section("policy", "Medication policy", intro, (Question("site.policy", "Policy", choices=policies),))


def _planning() -> Iterator[Section]:
    defaults = SiteSettings().planning
    for group, title, intro in (
        ("margins", "Margins", "What must stay free between the needle and each tissue."),
        ("limits", "Limits", "What a route may not exceed."),
        ("spreads", "Spreads", "Mean errors of one freehand pass, which a route must forgive."),
        ("weights", "Weights", "What each soft cost counts in the recommendation."),
        ("offer", "Routes offered", "How many routes are offered, and what makes two of them differ."),
    ):
        part: BaseModel = getattr(defaults, group)
        yield Section(group, title, intro, tuple(_planned(group, name, part) for name in type(part).model_fields))


def _planned(group: str, name: str, part: BaseModel) -> Question:
    """A question from a field: its unit is in its name, or else in the group (every margin is in mm)."""
    field = type(part).model_fields[name]
    label, worded = setting(name, 0)
    unit = worded.removeprefix("0").strip() or {"margins": "mm"}.get(group, "")
    default = getattr(part, name)
    remarks = "; ".join(filter(None, (field.description, f"shipped as {default:g}"))).replace("`", "")
    hint = f"{remarks[0].upper()}{remarks[1:]}."
    return Question(f"planning.{group}.{name}", label.capitalize(), unit, hint, number=True)


def _doses() -> Section:
    return Section(
        "doses",
        "Reference dose levels",
        OWN_LEVELS,
        (
            Question("reference_dose.ctdi_vol_mgy", "CTDIvol", "mGy", number=True, optional=True),
            Question("reference_dose.dlp_mgy_cm", "Dose-length product", "mGy·cm", number=True, optional=True),
            Question("reference_dose.source", "Where these come from"),
        ),
    )
