"""What happened and what was true of it, side by side: `foramen.simulated-procedure/1`."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foramen import __version__
from foramen.cli.walk.injection import Injecting
from foramen.cli.walk.insertion import Looked, Looking
from foramen.pathway.procedure import State
from foramen.simulation.case_file import CaseFile
from foramen.simulation.operator import Insertion


def simulated_record(
    case: CaseFile, looking: Looking, insertion: Insertion, injecting: Injecting, state: State
) -> dict[str, Any]:
    """The whole run, every reading beside its truth."""
    return {
        "schema": "foramen.simulated-procedure/1",
        "case": case.model_dump(mode="json"),
        "route": looking.route.id,
        "stage": state.stage,
        "insertion": {
            "control_scans": len(looking.looks),
            "arrived": insertion.arrived,
            "passes": insertion.passes,
            "redirected": insertion.redirected,
            "tip_error_mm": round(insertion.tip_error_mm, 2),
            "touched": sorted(map(str, insertion.touched)),
        },
        "looks": [_look(look) for look in looking.looks],
        "contrast": [
            {
                "name": tried.name,
                "release": tried.file.release,
                "pattern": tried.file.pattern,
                "read_ml": {place: round(ml, 3) for place, ml in tried.file.compartments.items()},
                "true_ml": {place: round(ml, 3) for place, ml in tried.true_ml.items()},
                "read_length_mm": round(tried.file.length_along_root_mm, 1),
                "true_length_mm": round(tried.true_length_mm, 1),
                "tip_to_root_mm": round(_to_line(injecting.site.nerve.path_mm, tried.needle.tip_mm), 1),
                "root_radius_mm": injecting.site.nerve.radius_mm,
            }
            for tried in injecting.tries
        ],
        "software": {"name": "foramen", "version": __version__},
    }


def _look(look: Looked) -> dict[str, Any]:
    found = look.found
    return {
        "name": look.taken.name,
        "status": found.status,
        "advice": found.advice_text,
        "true_tip_mm": _point(look.needle.tip_mm),
        "read_tip_mm": None if found.tip_mm is None else _point(found.tip_mm),
        "tip_error_mm": _rounded(look.tip_error_mm),
        "registration": found.registration.status,
        "registration_error_mm": _rounded(look.registration_error_mm),
    }


def _to_line(path_mm: NDArray[np.float64], point_mm: NDArray[np.float64]) -> float:
    """Distance of a point from a polyline."""
    start, way = path_mm[:-1], np.diff(path_mm, axis=0)
    share = np.clip(np.sum((point_mm - start) * way, axis=1) / np.sum(way**2, axis=1), 0, 1)
    return float(np.linalg.norm(start + share[:, None] * way - point_mm, axis=1).min())


def _point(values: ArrayLike) -> list[float]:
    return [round(float(v), 2) for v in np.asarray(values)]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
