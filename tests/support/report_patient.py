"""A small patient whose every structure is known by formula, in any storage, and a plan made by hand for it."""

import numpy as np

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.root import Root, Side
from foramen.anatomy.spine import Frame, NerveRoot, RootEvidence, Spine, Vertebra
from foramen.anatomy.structures import Structure
from foramen.imaging.ct import Ct, ScanIdentity
from foramen.imaging.volume import Grid, Volume
from foramen.planning.plan import (
    Approach,
    Clearance,
    Needle,
    Plan,
    PlannedAnatomy,
    PlannedRoot,
    PlannedScan,
    RootStatus,
    Route,
    SkinMark,
    Software,
)

SPACING_MM = np.array([2.5, 3.0, 4.0])
HALF_MM = np.array([160.0, 120.0, 90.0])
LEVELS = {"L4": 36.0, "L5": 0.0}
"""Height of each body's centre, mm."""


def _turn(axis: int, degrees: float) -> np.ndarray:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    a, b = (n for n in range(3) if n != axis)
    turn = np.eye(3)
    turn[a, a] = turn[b, b] = c
    turn[a, b], turn[b, a] = -s, s
    return turn


STORAGES = {
    "left posterior head": np.eye(3),
    "right anterior head": np.diag([-1.0, -1.0, 1.0]),
    "head to foot": np.diag([1.0, 1.0, -1.0]),
    "axes turned round": np.eye(3)[:, [2, 0, 1]],
    "axes turned and reversed": np.eye(3)[:, [1, 2, 0]] * (-1.0, 1.0, -1.0),
    "oblique": _turn(0, 17.0) @ _turn(2, -12.0),
    "oblique, turned and reversed": (_turn(1, 21.0) @ _turn(0, -9.0))[:, [2, 1, 0]] * (1.0, -1.0, 1.0),
}
"""How the voxel axes i, j, k run, as columns."""


def grid_of(storage: str) -> Grid:
    """A grid around the world's origin whose voxels are anisotropic and whose axes run as named."""
    axes = STORAGES[storage]
    reach = np.abs(axes.T) @ HALF_MM
    shape = np.ceil(2 * reach / SPACING_MM).astype(int)
    affine = np.eye(4)
    affine[:3, :3] = axes * SPACING_MM
    affine[:3, 3] = -affine[:3, :3] @ ((shape - 1) / 2)
    return Grid(tuple(shape), affine)


def voxel_positions(grid: Grid) -> np.ndarray:
    return grid.to_world(np.stack(np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij"), axis=-1))


def inside_body(at: np.ndarray) -> np.ndarray:
    return (at[..., 0] / 140) ** 2 + (at[..., 1] / 90) ** 2 < 1


def skin_y(x: float) -> float:
    """Where the back's skin lies at a distance x from the midline."""
    return float(90 * np.sqrt(1 - (x / 140) ** 2))


def labels_of(at: np.ndarray) -> np.ndarray:
    x, y, z = np.moveaxis(at, -1, 0)
    labels = np.zeros(at.shape[:-1], dtype=np.uint8)
    for level, height in LEVELS.items():
        body = (x / 24) ** 2 + (y / 17) ** 2 < 1
        arch = (abs(x) < 4) & (y > 34) & (y < 60)
        tall = abs(z - height) < 13
        labels[(body | arch) & tall] = Structure[level]
    labels[(x**2 + (y - 26) ** 2 < 8**2) & (labels == 0)] = Structure.THECAL_SAC
    labels[(x - 12) ** 2 + (y + 35) ** 2 < 10**2] = Structure.AORTA
    labels[((x - 75) / 22) ** 2 + ((y + 5) / 20) ** 2 + ((z - 40) / 35) ** 2 < 1] = Structure.KIDNEY_LEFT
    return labels


HU = {Structure.L4: 500, Structure.L5: 500, Structure.THECAL_SAC: 15, Structure.AORTA: 60, Structure.KIDNEY_LEFT: 40}


def patient(storage: str = "left posterior head", **identity: str) -> tuple[Ct, Anatomy]:
    grid = grid_of(storage)
    at = voxel_positions(grid)
    labels, body = labels_of(at), inside_body(at)
    hu = np.where(body, np.where(np.hypot(at[..., 0] / 125, at[..., 1] / 75) < 1, 50, -100), -1000)
    for structure, value in HU.items():
        hu[labels == structure] = value
    who = {"patient_name": "DOE^JANE", "patient_id": "123", "study_date": "20261119", "series_number": "4"} | identity
    ct = Ct(hu.astype(np.int16), grid.affine, identity=ScanIdentity(**who), warnings=("tilt was straightened",))
    vertebrae = tuple(
        Vertebra(level, Frame(np.array([0, 0, z]), *np.eye(3)), np.array([0, 26, z]), 26, {})
        for level, z in LEVELS.items()
    )
    roots = tuple(_nerve(Root("L4", side)) for side in Side) + tuple(_nerve(Root("L5", side)) for side in Side)
    found = LabelMap(labels, grid.affine, scheme="made by hand", estimated=frozenset({Structure.THECAL_SAC}))
    spine = Spine(vertebrae, np.array([[0, 26, -40.0], [0, 26, 60.0]]), (), roots)
    return ct, Anatomy("hand", found, Volume(body, grid.affine), spine, warnings=("the sac was drawn in",))


def _nerve(root: Root) -> NerveRoot:
    point = np.array([root.side.sign * 22.0, 20.0, LEVELS[root.level] - 18])
    course = np.array([root.side.sign * 0.8, -0.3, -0.5])
    path = point + np.linspace(-15, 20, 12)[:, None] * course
    return NerveRoot(root, point, path, point, (5.0, 3.0), 2.0, 2.0, RootEvidence.STATISTICS)


def route_to(root: Root, *, angle_deg: float = 30.0, tilt_deg: float = 0.0, recommended: bool = True) -> Route:
    """A route to a root from the skin of the back, by its angles."""
    target = np.array([root.side.sign * 28.0, 22.0, LEVELS[root.level] - 18])
    turn, rise = np.radians((-root.side.sign * angle_deg, tilt_deg))
    way = np.array([np.sin(turn) * np.cos(rise), -np.cos(turn) * np.cos(rise), np.sin(rise)])
    depth = next(d for d in np.arange(10, 160, 0.1) if (target - d * way)[1] >= skin_y((target - d * way)[0]))
    entry = target - depth * way
    return Route(
        id=f"{root}-{angle_deg:.0f}",
        approach=Approach.PERIRADICULAR,
        recommended=recommended,
        entry_mm=tuple(entry),
        target_mm=tuple(target),
        depth_mm=depth,
        axial_angle_deg=-root.side.sign * angle_deg,
        craniocaudal_angle_deg=tilt_deg,
        clearance_mm=Clearance(bone=6.4, thecal_sac=14.0, vessel=40.0, organ=31.0, lung=None),
        tolerance_deg=3.2,
        success_probability=0.913,
        needle=Needle(gauge=22, length_mm=120),
        skin=SkinMark(lateral_of_midline_mm=abs(entry[0]), slice_index=17, z_mm=entry[2]),
        costs={"depth": 0.2, "total": 0.4 if recommended else 0.6},
        reasons=("in the axial plane",),
    )


def planned(root: Root, tilt_deg: float = 0.0) -> PlannedRoot:
    best = route_to(root, tilt_deg=tilt_deg)
    heights = (best.entry_mm[2], best.target_mm[2])
    return PlannedRoot(
        root=str(root),
        status=RootStatus.PLANNED,
        root_point_mm=tuple(_nerve(root).point_mm),
        root_uncertainty_mm=2.0,
        root_evidence="estimated from published anatomy",
        routes=(best, route_to(root, angle_deg=22, recommended=False)),
        rejected={"bone": 500},
        candidates=1000,
        scan_range_z_mm=(min(heights) - 12, max(heights) + 12),
        warnings=("the ganglion is large",),
    )


def plan_for(ct: Ct, anatomy: Anatomy, *roots: PlannedRoot) -> Plan:
    return Plan(
        scan=PlannedScan(
            fingerprint=ct.fingerprint,
            shape=ct.shape,
            spacing_mm=tuple(ct.spacing_mm),
            origin_mm=tuple(ct.origin_mm),
            direction=tuple(tuple(row) for row in ct.direction),
        ),
        anatomy=PlannedAnatomy(
            provider=anatomy.provider,
            fingerprint=anatomy.structures.fingerprint,
            scheme=anatomy.structures.scheme,
            not_checked=("lung", "pleura"),
            estimated=("thecal sac",),
        ),
        settings={"bone_margin_mm": 2.0, "needles": [{"gauge": 22, "length_mm": 120}], "largest_tilt_deg": 20.0},
        software=Software(version="0.1.0"),
        warnings=("lung was not labelled",),
        roots=roots,
    )


def three_answers(ct: Ct, anatomy: Anatomy) -> Plan:
    """A plan with each kind of answer: planned on both sides, no acceptable route, not visible."""
    return plan_for(
        ct,
        anatomy,
        planned(Root("L4", Side.LEFT)),
        planned(Root("L5", Side.RIGHT), tilt_deg=8.0),
        PlannedRoot(
            root="L5-left",
            status=RootStatus.NO_ACCEPTABLE_ROUTE,
            reason="every route meets the iliac crest",
            rejected={"bone on the shaft": 900, "longer than any needle": 100},
            candidates=1000,
            nearest_miss="bone 1.2 mm from the shaft where 2.0 mm is asked",
        ),
        PlannedRoot(root="S1-left", status=RootStatus.NOT_VISIBLE, reason="the sacrum is not in the scan"),
    )
