"""From a CT and its anatomy to the plan."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foramen import __version__
from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.root import Root
from foramen.anatomy.skin_surface import Skin, find_skin
from foramen.imaging.ct import Ct
from foramen.planning.describe import not_checked
from foramen.planning.entries import ENTRY_SPACING_MM
from foramen.planning.plan import Plan, PlannedAnatomy, PlannedLevels, PlannedRoot, PlannedScan, RootStatus, Software
from foramen.planning.plan_root import plan_root
from foramen.planning.settings import PlanSettings
from foramen.progress import Progress, silent

BESIDE_MM = 20.0
"""Around what a needle reaches: the tip lies up to this far from the foramen's centre, and skin is lost at the cut."""


def plan_routes(
    ct: Ct, anatomy: Anatomy, roots: Sequence[Root], settings: PlanSettings | None = None, progress: Progress = silent
) -> Plan:
    """Find the needle routes to each root: exhaustively, with what rejected the rest.

    Parameters
    ----------
    ct : Ct
        The scan.
    anatomy : Anatomy
        Its structures, body and spine.
    roots : sequence of Root
        In the order of the plan.
    settings : PlanSettings, optional
        The site's needles, limits, margins, spreads and weights.
    progress : callable
        See `Progress`.

    Returns
    -------
    Plan
        One `PlannedRoot` per root; "no acceptable route" and "not visible" are answers.

    Raises
    ------
    UsageError
        If the approach asked for does not exist at a root's level.
    """
    settings = settings or PlanSettings()
    for root in roots:
        settings.approach_for(root)
    visible = [root for root in roots if anatomy.spine.foramen(root).visible and anatomy.spine.nerve(root)]
    skin = skin_behind(ct, anatomy, settings, progress) if visible else None
    planned = []
    for count, root in enumerate(roots):
        progress("planning routes", count / len(roots))
        if skin is None or root not in visible:
            reason = anatomy.spine.foramen(root).reason or "its foramen is not visible in this scan"
            planned.append(PlannedRoot(root=str(root), status=RootStatus.NOT_VISIBLE, reason=reason))
        else:
            planned.append(plan_root(anatomy, skin, root, settings))
    progress("planning routes", 1.0)
    return Plan(
        scan=_scan(ct),
        anatomy=_anatomy(anatomy),
        settings=settings.as_record(),
        software=Software(version=__version__),
        warnings=_warnings(ct, anatomy, skin),
        roots=tuple(planned),
    )


def skin_behind(ct: Ct, anatomy: Anatomy, settings: PlanSettings, progress: Progress = silent) -> Skin:
    """The skin that a needle could enter through on its way to any visible foramen, whichever was asked for."""
    centres = np.array([f.centre_mm for f in anatomy.spine.foramina if f.centre_mm is not None])
    reach = settings.longest_reach_mm
    up = reach * np.sin(np.radians(settings.limits.craniocaudal_deg)) + BESIDE_MM
    out = reach * np.sin(np.radians(settings.limits.axial_deg)) + BESIDE_MM
    corners = np.concatenate([centres - np.array([out, BESIDE_MM, up]), centres + np.array([out, reach, up])])
    return find_skin(
        ct.canonical().crop_around(corners, 0.0),
        anatomy.body.canonical().crop_around(corners, 0.0),
        spacing_mm=ENTRY_SPACING_MM,
        progress=progress,
    )


def _scan(ct: Ct) -> PlannedScan:
    return PlannedScan(
        fingerprint=ct.fingerprint,
        series_uid=ct.identity.series_uid,
        shape=ct.shape,
        spacing_mm=_triple(ct.spacing_mm),
        origin_mm=_triple(ct.origin_mm),
        direction=tuple(_triple(row) for row in ct.direction),
        frame_of_reference_uid=ct.identity.frame_of_reference_uid,
    )


def _anatomy(anatomy: Anatomy) -> PlannedAnatomy:
    return PlannedAnatomy(
        provider=anatomy.provider,
        fingerprint=anatomy.structures.fingerprint,
        scheme=anatomy.structures.scheme,
        not_checked=not_checked(anatomy),
        estimated=tuple(sorted(s.name.lower() for s in anatomy.structures.estimated)),
        levels=_levels(anatomy),
    )


def _levels(anatomy: Anatomy) -> PlannedLevels | None:
    named = anatomy.levels
    if named is None:
        return None
    return PlannedLevels(certain=named.certain, confidence=named.confidence, evidence=named.evidence)


def _warnings(ct: Ct, anatomy: Anatomy, skin: Skin | None) -> tuple[str, ...]:
    named = anatomy.levels.warnings if anatomy.levels else ()
    found = [*named, *ct.warnings, *anatomy.warnings]
    missing = not_checked(anatomy)
    if missing:
        names = ", ".join(name.replace("_", " ") for name in missing)
        found.append(f"Not checked, because the label map cannot hold them: {names}. Look for them on the CT.")
    if skin is not None and skin.lies_on == "back":
        found.append(
            "The patient was scanned on the back: skin, organs and angles change when turned on the belly. "
            "Plan again on the first scan in the treatment position."
        )
    return tuple(dict.fromkeys(found))


def _triple(values: NDArray[np.float64]) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])
