"""Every offered route, judged by two oracles that share no code with the search."""

import numpy as np
import pytest

from foramen.anatomy.root import Root
from foramen.anatomy.structures import STRUCTURES_OF, Structure, Tissue
from foramen.planning import plan_routes
from support.phantoms import Phantom, box, cylinder, straight_grid
from support.surfaces import Lines, surface_of

PATIENT = Phantom(
    extra=(
        (Structure.KIDNEY_LEFT, cylinder(60, 28, 14)),
        (Structure.COLON, cylinder(-70, 20, 18)),
        (Structure.RIB_LEFT, box((40, 70), (44, 52), (-10, -2))),
        (Structure.LUNG_RIGHT, box((-90, -30), (30, 60), (25, 70))),
    )
)


@pytest.fixture(scope="module", params=["periradicular", "subpedicular", "infraneural"])
def found(request):
    from foramen.planning import PlanSettings

    ct, anatomy = PATIENT.on(straight_grid((1.4, 1.4, 3.0)))
    roots = (Root.parse("L4-left"), Root.parse("L4-right"))
    plan = plan_routes(ct, anatomy, roots, PlanSettings().with_approach(request.param))
    return anatomy, [route for root in plan.roots for route in root.routes]


def test_sampling_the_label_map_along_the_line_meets_nothing(found):
    anatomy, routes = found
    forbidden = [int(s) for structures in STRUCTURES_OF.values() for s in structures]
    assert len(routes) >= 2
    for route in routes:
        line = np.linspace(route.entry_mm, route.target_mm, 4000)
        index = np.round(anatomy.structures.to_index(line)).astype(int)
        assert not np.isin(anatomy.structures.voxels[tuple(index.T)], forbidden).any()
        below_skin = index[np.linalg.norm(line - route.entry_mm, axis=1) > 10]
        assert anatomy.body.voxels[tuple(below_skin.T)].all()


@pytest.mark.parametrize("tissue", list(Tissue))
def test_vtk_agrees_on_every_surface(found, tissue):
    anatomy, routes = found
    mask = anatomy.structures.mask(STRUCTURES_OF[tissue])
    if not mask.any():
        pytest.skip("not in this phantom")
    lines = Lines(surface_of(mask, anatomy.structures))
    half_a_voxel = np.linalg.norm(anatomy.structures.spacing_mm) / 2
    for route in routes:
        start, end = np.array(route.entry_mm), np.array(route.target_mm)
        assert not lines.meets(start, end)
        nearest = min(lines.distance(point) for point in np.linspace(start, end, 200))
        given = getattr(route.clearance_mm, tissue.value)
        assert given == pytest.approx(min(nearest, 25.0), abs=half_a_voxel)
