"""What the plan report says, in the order in which it says it; the page and the paper only set it in type."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.root import Root
from foramen.anatomy.structures import Tissue
from foramen.imaging.ct import Ct
from foramen.planning.plan import Plan, PlannedRoot, Route
from foramen.reports import words

NOTICE = (
    "Decision support and research software, not a certified medical device. "
    "A named clinician checks and approves every route before it is used."
)

MOST_ROUTES = 6
"""Rows of the table of routes; the plan file holds them all."""


@dataclass(frozen=True)
class Fact:
    """A number or a word under its label, with what qualifies it."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of text under headings."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class RootContent:
    """The page of one root with a recommended route."""

    root: str
    title: str
    approach: str
    warnings: tuple[str, ...]
    numbers: tuple[Fact, ...]
    facts: tuple[Fact, ...]
    routes: Table
    more_routes: str


@dataclass(frozen=True)
class Content:
    """Everything the report says."""

    title: str
    made: str
    notice: str
    identity: tuple[Fact, ...]
    warnings: tuple[str, ...]
    summary: Table
    without_route: tuple[Fact, ...]
    roots: tuple[RootContent, ...]
    not_checked: tuple[Fact, ...]
    settings: tuple[Fact, ...]
    sources: tuple[Fact, ...]


def plan_content(plan: Plan, ct: Ct, anatomy: Anatomy, made_at: datetime) -> Content:
    """Say what a plan holds."""
    return Content(
        title="Nerve root injection plan",
        made=words.moment(made_at),
        notice=NOTICE,
        identity=_identity(ct),
        warnings=_unique((*plan.warnings, *ct.warnings, *anatomy.warnings)),
        summary=_summary(plan),
        without_route=_without_route(plan),
        roots=tuple(_root_content(found, best) for found in plan.roots if (best := recommended(found))),
        not_checked=_not_checked(plan),
        settings=tuple(_flat(plan.settings)),
        sources=_sources(plan, ct),
    )


def recommended(found: PlannedRoot) -> Route | None:
    """The route the plan recommends for a root, where it has one."""
    return next((route for route in found.routes if route.recommended), None)


def _identity(ct: Ct) -> tuple[Fact, ...]:
    who = ct.identity
    facts = (
        Fact("Patient", words.person(who.patient_name)),
        Fact("Patient number", who.patient_id),
        Fact("Born", words.dicom_day(who.birth_date)),
        Fact("Sex", {"F": "female", "M": "male", "O": "other"}.get(who.sex, who.sex)),
        Fact("Scan of", words.dicom_day(who.study_date), who.study_description),
        Fact("Series", who.series_number, who.series_description),
        Fact("Patient position", words.patient_position(who.patient_position)),
    )
    known = tuple(fact for fact in facts if fact.value)
    return known if who.patient_name or who.patient_id else (Fact("Patient", "not named in the file"), *known)


def _summary(plan: Plan) -> Table:
    headings = (
        "Root", "Result", "Entry from midline", "Depth", "Angle from vertical", "Tilt", "Nearest", "Success", "Needle",
    )  # fmt: skip
    return Table(headings, tuple(_summary_row(found) for found in plan.roots))


def _summary_row(found: PlannedRoot) -> tuple[str, ...]:
    root, best = Root.parse(found.root), recommended(found)
    if best is None:
        return (root.title, words.STATUS[found.status], "", "", "", "", "", "", "")
    return (
        root.title,
        words.STATUS[found.status],
        words.from_midline(best, root),
        words.mm(best.depth_mm, found.root_uncertainty_mm),
        words.degrees(best.axial_angle_deg),
        words.craniocaudal_angle(best),
        _nearest(best),
        words.percent(best.success_probability),
        _needle(best),
    )


def _nearest(route: Route) -> str:
    known = [(value, tissue) for tissue in Tissue if (value := getattr(route.clearance_mm, tissue)) is not None]
    if not known:
        return "not checked"
    value, tissue = min(known)
    return f"{words.TISSUE[tissue]} {words.clearance(value)}"


def _needle(route: Route) -> str:
    return f"{route.needle.gauge} G × {words.mm(route.needle.length_mm)}"


def _without_route(plan: Plan) -> tuple[Fact, ...]:
    """Why roots have no route; those with the same answer share it."""
    sharing: dict[tuple[str, str], list[str]] = {}
    for found in plan.roots:
        if recommended(found) is None:
            answer = words.STATUS[found.status], _why_no_route(found)
            sharing.setdefault(answer, []).append(Root.parse(found.root).title)
    return tuple(Fact(", ".join(titles), status, why) for (status, why), titles in sharing.items())


def _why_no_route(found: PlannedRoot) -> str:
    """The reason, what rejected the candidates, and the nearest miss."""
    said = [words.sentence(found.reason)] if found.reason else []
    if found.rejected:
        counts = sorted(found.rejected.items(), key=lambda item: -item[1])
        said.append(
            f"Of {found.candidates:,} candidates: ".replace(",", " ")
            + "; ".join(f"{reason} {count:,}".replace(",", " ") for reason, count in counts)
            + "."
        )
    if found.nearest_miss:
        said.append("Nearest miss: " + words.sentence(found.nearest_miss))
    said += [words.sentence(warning) for warning in found.warnings]
    return " ".join(said)


def _root_content(found: PlannedRoot, best: Route) -> RootContent:
    root = Root.parse(found.root)
    ordered = sorted(found.routes, key=lambda route: (not route.recommended, route.costs.get("total", 0.0)))
    more = len(ordered) - MOST_ROUTES
    return RootContent(
        root=found.root,
        title=root.title,
        approach=words.sentence(words.APPROACH[best.approach]),
        warnings=_unique(found.warnings),
        numbers=_numbers(found, best, root),
        facts=_facts(found, best),
        routes=_routes(ordered[:MOST_ROUTES], root),
        more_routes=f"{more} more in plan.json." if more > 0 else "",
    )


def _numbers(found: PlannedRoot, best: Route, root: Root) -> tuple[Fact, ...]:
    numbers = [
        Fact("Entry from midline", words.from_midline(best, root), _slice(best)),
        Fact("Angle from vertical", words.degrees(best.axial_angle_deg), words.tip_direction(best)),
        Fact("Tilt", words.degrees(best.craniocaudal_angle_deg), words.craniocaudal_direction(best)),
        Fact("Depth", words.mm(best.depth_mm, found.root_uncertainty_mm), "skin to target"),
        Fact("Needle", f"{best.needle.gauge} G", f"{words.mm(best.needle.length_mm)} long"),
    ]
    if found.scan_range_z_mm is not None:
        low, high = found.scan_range_z_mm
        numbers.append(Fact("Control scan", words.mm(high - low), f"z {words.mm(low)} to {words.mm(high)}"))
    return tuple(numbers)


def _slice(route: Route) -> str:
    return f"slice {route.skin.slice_index}, z {words.mm(route.skin.z_mm)}"


def _facts(found: PlannedRoot, best: Route) -> tuple[Fact, ...]:
    clearances = [f"{words.TISSUE[t]} {words.clearance(getattr(best.clearance_mm, t))}" for t in Tissue]
    facts = [
        Fact("Clearance of the shaft", ", ".join(clearances)),
        Fact(
            "Angular tolerance", words.degrees(best.tolerance_deg, decimals=1), "at the skin, before it meets anything"
        ),
        Fact("Success", words.percent(best.success_probability), "tip in the zone, nothing hit, freehand"),
    ]
    if found.root_point_mm is not None:
        spread = f"± {words.mm(found.root_uncertainty_mm)}" if found.root_uncertainty_mm is not None else "not known"
        facts.append(Fact("Root's position", spread, found.root_evidence))
    if best.reasons:
        facts.append(Fact("Why this route", " ".join(words.sentence(reason) for reason in best.reasons)))
    return tuple(facts)


def _routes(routes: list[Route], root: Root) -> Table:
    headings = (
        "Route", "Approach", "Entry", "Depth", "Angle", "Tilt",
        *(words.TISSUE[t].capitalize() for t in Tissue), "Tolerance", "Success", "Needle",
    )  # fmt: skip
    return Table(headings, tuple(_route_row(n, route, root) for n, route in enumerate(routes, start=1)))


def _route_row(number: int, route: Route, root: Root) -> tuple[str, ...]:
    return (
        "Recommended" if route.recommended else f"{number}",
        str(route.approach),
        words.from_midline(route, root),
        words.mm(route.depth_mm),
        words.degrees(route.axial_angle_deg),
        words.craniocaudal_angle(route),
        *(words.clearance(getattr(route.clearance_mm, tissue)) for tissue in Tissue),
        words.degrees(route.tolerance_deg, decimals=1),
        words.percent(route.success_probability),
        _needle(route),
    )


def _not_checked(plan: Plan) -> tuple[Fact, ...]:
    names = ", ".join(plan.anatomy.not_checked).replace("_", " ")
    facts = [
        Fact("Not checked", names, "No label could hold them: they may lie in the way.")
        if names
        else Fact("Not checked", "nothing", "The labels could hold every tissue that the plan keeps clear of.")
    ]
    if plan.anatomy.estimated:
        names = ", ".join(plan.anatomy.estimated).replace("_", " ")
        facts.append(Fact("Estimated", names, "Drawn from the bones, dashed in the pictures: no label gave them."))
    return tuple(facts)


def _sources(plan: Plan, ct: Ct) -> tuple[Fact, ...]:
    shape = " × ".join(str(n) for n in plan.scan.shape)
    spacing = " × ".join(f"{s:.2f}" for s in plan.scan.spacing_mm)
    facts = (
        Fact("Software", f"{plan.software.name} {plan.software.version}"),
        Fact("Scan", f"{shape} voxels of {spacing} mm", plan.scan.fingerprint),
        Fact("Series UID", plan.scan.series_uid),
        Fact("Series chosen", ct.choice),
        Fact(
            "Anatomy", ", ".join(filter(None, (plan.anatomy.provider, plan.anatomy.scheme))), plan.anatomy.fingerprint
        ),
        Fact("Plan file", f"plan.json, {plan.schema_}", "holds every route and number of this report"),
    )
    return tuple(fact for fact in facts if fact.value)


def _flat(settings: dict[str, Any], prefix: str = "") -> list[Fact]:
    """Settings in the order of the plan file, nested names joined, as a person reads them."""
    facts = []
    for key, value in settings.items():
        name = f"{prefix} {key}".strip()
        if isinstance(value, dict):
            facts += _flat(words.with_unit_of(name, value), words.setting(name, 0)[0])
        else:
            facts.append(Fact(*words.setting(name, value)))
    return facts


def _unique(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words.sentence(text) for text in texts if text.strip()))
