"""The plan for one root."""

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.root import Root
from foramen.anatomy.skin_surface import Skin
from foramen.anatomy.spine import NerveRoot
from foramen.anatomy.structures import Tissue
from foramen.planning.candidates import Acceptable, clearances, try_all
from foramen.planning.choose import best_of_patches, different
from foramen.planning.clearance import CLEARANCE_LIMIT_MM, Distances, Obstacle, measure, room
from foramen.planning.costs import angles, plain_costs, surrounding_costs, total, undominated
from foramen.planning.describe import checked_tissues, nearest_miss, reasons, warnings_of
from foramen.planning.entries import entries_for, lateral_of_midline
from foramen.planning.plan import Clearance, Needle, PlannedRoot, RootStatus, Route, SkinMark
from foramen.planning.region import Region
from foramen.planning.robustness import success, tolerance, windowed
from foramen.planning.settings import PlanSettings
from foramen.planning.targets import TargetZone, target_zone

SCAN_BEYOND_MM = 10.0
"""What the control scans should show beyond entry and tip: three freehand entry errors' worth; judgement."""


def plan_root(anatomy: Anatomy, skin: Skin, root: Root, settings: PlanSettings) -> PlannedRoot:
    """Search all routes to a visible root and choose the few to offer."""
    nerve = anatomy.spine.nerve(root)
    if nerve is None:
        raise ValueError(f"{root} is not visible")
    zone = target_zone(settings.approach_for(root), anatomy.spine, root)
    midline = anatomy.spine.canal_centreline_mm
    entries = entries_for(skin, zone, midline, settings)
    if not len(entries.points_mm):
        return _without_route(nerve, entries.reason)
    region = Region.around(anatomy, np.concatenate([entries.points_mm, zone.candidates_mm]), CLEARANCE_LIMIT_MM)
    distances = measure(region, anatomy.spine.roots, checked_tissues(anatomy))
    space = room(region, distances, zone, settings.margins, settings.needle_radius_mm)
    found = try_all(region, entries, zone.candidates_mm, space, settings)
    if not found.any:
        return _no_acceptable_route(nerve, found, region, distances, settings)
    routes = _offer(anatomy, root, zone, region, distances, found, nerve, settings)
    z = routes[0].entry_mm[2], routes[0].target_mm[2]
    return PlannedRoot(
        **_known(nerve),
        status=RootStatus.PLANNED,
        routes=routes,
        rejected=found.rejected,
        candidates=found.verdicts.size,
        scan_range_z_mm=(min(z) - SCAN_BEYOND_MM, max(z) + SCAN_BEYOND_MM),
        warnings=warnings_of(routes[0]),
    )


def _offer(
    anatomy: Anatomy,
    root: Root,
    zone: TargetZone,
    region: Region,
    distances: Distances,
    found: Acceptable,
    nerve: NerveRoot,
    settings: PlanSettings,
) -> tuple[Route, ...]:
    """Shortlist by the plain costs, add robustness, keep what nothing dominates, and of that the best that differ."""
    centre = anatomy.spine.foramen(root).centre_mm
    assert centre is not None
    best = best_of_patches(region, zone, found, distances, centre, settings)
    entries, targets = found.entries_mm[best[:, 0]], found.targets_mm[best[:, 1]]
    plain = plain_costs(zone, centre, entries, targets, clearances(region, distances, entries, targets), settings)
    order = np.argsort(total(plain, settings), kind="stable")[: settings.offer.shortlist]
    entries, targets = entries[order], targets[order]
    radius = settings.needle_radius_mm
    degrees = tolerance(distances, region, entries, targets, radius)
    odds = success(distances, region, zone, entries, targets, settings.spreads, nerve.uncertainty_mm, radius)
    windows = windowed(distances, region, entries, targets)
    costs = {name: cost[order] for name, cost in plain.items()} | surrounding_costs(degrees, odds, windows)
    totals = total(costs, settings)
    kept = np.flatnonzero(undominated(costs))
    ranked = kept[np.argsort(totals[kept], kind="stable")]
    chosen = different(entries, ranked, settings.offer.entry_apart_mm, settings.offer.routes)
    least = clearances(region, distances, entries[chosen], targets[chosen])
    midline = anatomy.spine.canal_centreline_mm
    return tuple(
        route_of(
            f"{root}-{rank + 1}",
            zone,
            anatomy,
            entries[n],
            targets[n],
            clearance_of(least[rank], distances),
            (float(degrees[n]), float(odds[n])),
            {name: round(float(cost[n]), 4) for name, cost in costs.items()} | {"total": float(totals[n])},
            midline,
            settings,
            recommended=rank == 0,
        )
        for rank, n in enumerate(chosen)
    )


def route_of(
    name: str,
    zone: TargetZone,
    anatomy: Anatomy,
    entry: NDArray[np.float64],
    target: NDArray[np.float64],
    clearance: Clearance,
    robustness: tuple[float, float],
    costs: dict[str, float],
    midline: NDArray[np.float64],
    settings: PlanSettings,
    *,
    recommended: bool,
) -> Route:
    """A route as the plan keeps it; one longer than every needle names the longest."""
    line = angles(entry[None], target[None])
    needle = settings.needle_for(min(float(line.depth_mm[0]), settings.longest_reach_mm))
    assert needle is not None
    route = Route(
        id=name,
        approach=zone.approach,
        recommended=recommended,
        entry_mm=_point(entry),
        target_mm=_point(target),
        depth_mm=float(line.depth_mm[0]),
        axial_angle_deg=float(line.axial_deg[0]),
        craniocaudal_angle_deg=float(line.craniocaudal_deg[0]),
        clearance_mm=clearance,
        tolerance_deg=robustness[0],
        success_probability=robustness[1],
        needle=Needle(gauge=needle.gauge, length_mm=needle.length_mm),
        skin=_skin_mark(anatomy, zone, entry, midline),
        costs=costs,
    )
    return route.model_copy(update={"reasons": reasons(route)})


def clearance_of(least_mm: NDArray[np.float64], distances: Distances) -> Clearance:
    """Least distances in the order of `Obstacle` as the plan keeps them."""
    values = {
        tissue.value: round(float(least_mm[Obstacle[tissue.name]]), 2) if tissue in distances.checked else None
        for tissue in Tissue
    }
    return Clearance(**values)


def _skin_mark(
    anatomy: Anatomy, zone: TargetZone, entry: NDArray[np.float64], midline: NDArray[np.float64]
) -> SkinMark:
    """Where the radiographer finds the entry: the scan's slice, and the distance from the midline on it."""
    grid = anatomy.structures.grid
    axis = int(np.argmax(np.abs(grid.direction[2])))
    index = int(np.clip(round(float(grid.to_index(entry)[axis])), 0, grid.shape[axis] - 1))
    lateral = float(lateral_of_midline(entry[None], midline)[0]) * zone.root.side.sign
    return SkinMark(lateral_of_midline_mm=lateral, slice_index=index, z_mm=float(entry[2]))


def _no_acceptable_route(
    nerve: NerveRoot, found: Acceptable, region: Region, distances: Distances, settings: PlanSettings
) -> PlannedRoot:
    most = max(found.rejected, key=lambda reason: found.rejected[reason])
    miss = ""
    if found.nearest is not None:
        entry, target, obstacle = found.nearest
        needed = getattr(settings.margins, obstacle.name.lower()) + settings.needle_radius_mm
        miss = nearest_miss(region, distances.field, needed, entry, target, obstacle)
    return PlannedRoot(
        **_known(nerve),
        status=RootStatus.NO_ACCEPTABLE_ROUTE,
        reason=f"none of {found.verdicts.size} routes meets every constraint; most fail by: {most}",
        rejected=found.rejected,
        candidates=found.verdicts.size,
        nearest_miss=miss,
    )


def _without_route(nerve: NerveRoot, reason: str) -> PlannedRoot:
    return PlannedRoot(**_known(nerve), status=RootStatus.NO_ACCEPTABLE_ROUTE, reason=reason)


def _known(nerve: NerveRoot) -> dict[str, object]:
    return {
        "root": str(nerve.root),
        "root_point_mm": _point(nerve.point_mm),
        "root_uncertainty_mm": nerve.uncertainty_mm,
        "root_evidence": str(nerve.evidence),
    }


def _point(values: NDArray[np.float64]) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])
