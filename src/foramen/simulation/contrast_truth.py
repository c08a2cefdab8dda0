"""What is true of poured contrast: how much lies in which compartment, and how far it runs along the root."""

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.root import Root
from foramen.guidance.compartments import Compartment
from foramen.simulation.contrast import Contrast
from foramen.simulation.injection_site import SHEATH_MM, InjectionSite, Space, dense, distance_to_line

LEAST_ML = 0.001
_NAMES = list(Compartment)
_OF_SPACE = {
    Space.EPIDURAL: Compartment.EPIDURAL,
    Space.SAC: Compartment.INTRATHECAL,
    Space.DISC: Compartment.INTRADISCAL,
    Space.JOINT: Compartment.FACET,
}


def true_compartments_ml(contrast: Contrast) -> dict[Compartment, float]:
    """Volumes of the syringe's fluid by where they are just after the injection; nothing below a microlitre."""
    place, ml = compartment_map(contrast.site), contrast.ml(contrast.stays)
    found = {c: float(ml[place == n].sum()) for n, c in enumerate(_NAMES)}
    found[Compartment.INTRAVASCULAR] += float(contrast.ml(contrast.in_vessel).sum()) + contrast.carried_away_ml
    found[Compartment.SKIN_TRACK] += float(contrast.ml(contrast.in_track).sum())
    return {c: volume for c, volume in found.items() if volume > LEAST_ML}


def true_length_along_root_mm(contrast: Contrast, root: Root | None = None) -> float:
    """How much of the course of a root (the target where not given) has contrast in the loose fat around it."""
    site = contrast.site
    nerve = site.spine.nerve(root or site.root)
    if nerve is None:
        return 0.0
    beside = distance_to_line(site.spaces.grid, nerve.path_mm, 14.0) < nerve.radius_mm + SHEATH_MM
    wet = (contrast.stays > 0.05 * contrast.concentration_mg_ml) & beside & (site.spaces.voxels != Space.SAC)
    places = site.spaces.to_world(np.argwhere(wet))
    points = dense(nerve.path_mm, 0.5)
    nearest = np.argmin(np.linalg.norm(places[:, None] - points, axis=2), axis=1)
    return 0.5 * len(np.unique(nearest))


def compartment_map(site: InjectionSite) -> NDArray[np.uint8]:
    """Which compartment (its number among `Compartment`) every voxel of a site belongs to."""
    spaces, foramen, sign = site.spaces.voxels, site.foramen, site.root.side.sign
    assert foramen.frame is not None
    assert foramen.medial_mm is not None
    assert foramen.lateral_mm is not None
    place = np.full(spaces.shape, _NAMES.index(Compartment.ELSEWHERE), dtype=np.uint8)
    place[spaces == Space.MUSCLE] = _NAMES.index(Compartment.MUSCLE)
    beside = np.argwhere(site.near_root < site.nerve.radius_mm + SHEATH_MM + 0.7)
    medial, lateral = (sign * foramen.frame.to_local(end)[0] for end in (foramen.medial_mm, foramen.lateral_mm))
    out = sign * foramen.frame.to_local(site.spaces.to_world(beside))[:, 0]
    zones = (Compartment.EPIDURAL, Compartment.FORAMEN, Compartment.ALONG_ROOT)
    numbers = np.array([_NAMES.index(zone) for zone in zones])
    place[tuple(beside.T)] = numbers[(out > medial).astype(int) + (out > lateral)]
    for space, compartment in _OF_SPACE.items():
        place[spaces == space] = _NAMES.index(compartment)
    return place
