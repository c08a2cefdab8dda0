"""The route search against what peers do, on the same bone surface, with the same entries and targets.

Peers ask a mesh, one line after another, whether it meets bone. Foramen settles bundles of lines on a distance field,
which also gives the clearance. Here all of them judge the same lines, with no margin and no limit of angle, so that
verdicts can be compared. Lines that pass within half a voxel of the surface graze it: mesh and field place it
differently there. Times are seconds of one core, best of three; VTK is asked a sample, because the whole would take
it hours. The patient is the digital one, the root L4-left.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np
import vtk
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from vtk.util import numpy_support

from foramen.anatomy import Root, from_labels
from foramen.anatomy.skin_surface import find_skin
from foramen.anatomy.structures import STRUCTURES_OF, Tissue
from foramen.planning.distance import box_distance
from foramen.planning.entries import ENTRY_SPACING_MM, entries_for
from foramen.planning.pairs import FREE, judge
from foramen.planning.plan import Approach
from foramen.planning.region import Region
from foramen.planning.settings import PlanSettings
from foramen.planning.targets import target_zone
from foramen.planning.walk import least_along
from foramen.simulation import DigitalPatient
from support.surfaces import surface_of

SAMPLE = 3_000
NO_LIMITS = np.array([200.0, 1.0, 1.0, -1.0])


@dataclass(frozen=True, eq=False)
class Task:
    """One root's lines, the surface they must not meet, and the cells it was made of."""

    region: Region
    bone: NDArray[np.bool_]
    entries: NDArray[np.float64]
    targets: NDArray[np.float64]
    surface: vtk.vtkPolyData


def task() -> Task:
    scan = DigitalPatient().scan()
    anatomy = from_labels(scan.ct, scan.labels)
    zone = target_zone(Approach.PERIRADICULAR, anatomy.spine, Root.parse("L4-left"))
    skin = find_skin(scan.ct, anatomy.body, spacing_mm=ENTRY_SPACING_MM)
    entries = entries_for(skin, zone, anatomy.spine.canal_centreline_mm, PlanSettings()).points_mm
    region = Region.around(anatomy, np.concatenate([entries, zone.candidates_mm]), 25.0)
    bone = region.labels.voxels
    bone = np.isin(bone, [int(s) for s in STRUCTURES_OF[Tissue.BONE]])
    return Task(
        region, region.mask(STRUCTURES_OF[Tissue.BONE]), entries, zone.candidates_mm, surface_of(bone, region.labels)
    )


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """Processor seconds of the quickest run, all threads together."""
    best = np.inf
    for _ in range(times):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best


def wall_seconds(work: Callable[[], object], times: int = 3) -> float:
    """Seconds on the wall of the quickest run, with as many threads as the work has."""
    best = np.inf
    for _ in range(times):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return best


class Foramen:
    name = "foramen"

    def __init__(self, given: Task) -> None:
        self.given = given
        cell, bone = given.region.cell_mm, given.bone
        self.field = box_distance(bone, cell, 25.0) - box_distance(~bone, cell, 8.0)
        self.blame = np.zeros(bone.shape, np.uint8)
        self.starts, self.ends = given.region.to_box(given.entries), given.region.to_box(given.targets)

    def free(self) -> NDArray[np.bool_]:
        normals = np.zeros_like(self.starts)
        axes = np.ascontiguousarray(self.given.region.world_axes)
        cell = self.given.region.cell_mm
        verdicts = judge(self.field, self.blame, cell, self.starts, normals, self.ends, axes, NO_LIMITS)
        return verdicts == FREE

    def least(self, entry: NDArray[np.intp], target: NDArray[np.intp]) -> NDArray[np.float64]:
        cell = self.given.region.cell_mm
        return np.array(
            [
                least_along(self.field, cell, self.ends[t], self.starts[e], -1e9, 25.0)
                for e, t in zip(entry, target, strict=True)
            ]
        )


class Embree:
    def __init__(self, given: Task, query: str) -> None:
        self.name, self.query = f"Embree through embreex 4.4, {query.lower()} query", query

        from embreex.mesh_construction import TriangleMesh
        from embreex.rtcore_scene import EmbreeScene

        points = numpy_support.vtk_to_numpy(given.surface.GetPoints().GetData()).astype(np.float32)
        cells = numpy_support.vtk_to_numpy(given.surface.GetPolys().GetData()).reshape(-1, 4)[:, 1:]
        self.scene = EmbreeScene()
        self.mesh = TriangleMesh(self.scene, points, cells.astype(np.int32))
        starts = np.repeat(given.targets.astype(np.float32)[None], len(given.entries), axis=0).reshape(-1, 3)
        ends = np.repeat(given.entries.astype(np.float32), len(given.targets), axis=0)
        self.starts, self.ways = np.ascontiguousarray(starts), np.ascontiguousarray(ends - starts)
        self.shape = len(given.entries), len(given.targets)
        self.scene.run(self.starts[:10], self.ways[:10], query=query)

    def free(self) -> NDArray[np.bool_]:
        if self.query == "OCCLUDED":
            return (
                self.scene.run(self.starts, self.ways, np.ones(len(self.starts), np.float32), query="OCCLUDED") < 0
            ).reshape(self.shape)
        return (self.scene.run(self.starts, self.ways, query="DISTANCE") > 1).reshape(self.shape)


class Locator:
    def __init__(self, given: Task, locator: vtk.vtkAbstractCellLocator, which: NDArray[np.intp]) -> None:
        self.name = f"{locator.GetClassName()} (Python, one line after another)"
        self.locator, self.which = locator, which
        self.lines = [(given.entries[e], given.targets[t]) for e, t in which]
        locator.SetDataSet(given.surface)
        locator.BuildLocator()

    def free(self) -> NDArray[np.bool_]:
        t, sub, x, p = vtk.mutable(0.0), vtk.mutable(0), [0.0] * 3, [0.0] * 3
        return np.array([not self.locator.IntersectWithLine(a, b, 1e-6, t, x, p, sub) for a, b in self.lines])


def run() -> str:
    given = task()
    lines = len(given.entries) * len(given.targets)
    random = np.random.default_rng(0)
    which = np.stack([random.integers(0, n, SAMPLE) for n in (len(given.entries), len(given.targets))], axis=1)
    ours = Foramen(given)
    ours.free()
    peers = [
        Embree(given, "OCCLUDED"),
        Embree(given, "DISTANCE"),
        Locator(given, vtk.vtkStaticCellLocator(), which),
        Locator(given, vtk.vtkModifiedBSPTree(), which),
    ]
    numba.set_num_threads(1)
    took = seconds(ours.free)
    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    free = ours.free()
    share = free.mean()
    rows = [_row(ours.name, lines, took, took / lines, share, "", "")]
    sampled = tuple(which.T)
    for peer in peers:
        whole = isinstance(peer, Embree)
        count = lines if whole else SAMPLE
        each = seconds(peer.free, 3 if whole else 1) / count
        verdicts = peer.free()
        agreement = _agreement(ours, free, verdicts if whole else None, verdicts, which, sampled)
        rows.append(
            _row(peer.name, count, each * count, each, verdicts.mean(), f"{each * lines / took:,.1f} ×", agreement)
        )
    heads = [
        "",
        "lines",
        "core s",
        "million lines per core s",
        "free",
        "foramen is quicker by",
        "same verdict (not grazing)",
    ]
    head = f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}"
    return "\n".join(
        [_setting(given, lines), "", head, *rows, "", _on_the_wall(ours, peers), "", _limit(ours, took, lines)]
    )


def _on_the_wall(ours: Foramen, peers: list[Embree | Locator]) -> str:
    mine = wall_seconds(ours.free)
    theirs = {peer.query: wall_seconds(peer.free) for peer in peers if isinstance(peer, Embree)}
    compared = " and ".join(f"{took / mine:.1f} × before its {query.lower()} query" for query, took in theirs.items())
    return (
        f"On the wall, with all cores: {mine:.3f} s, {compared}. embreex gives Embree one thread; Foramen's search "
        "spreads over all of them, and also gives the clearance along every line that is free."
    )


def _row(name: str, count: int, took: float, each: float, share: float, quicker: str, agreement: str) -> str:
    return f"| {name} | {count:,} | {took:.3f} | {1e-6 / each:.3g} | {share:.1%} | {quicker} | {agreement} |"


def _agreement(
    ours: Foramen,
    free: NDArray[np.bool_],
    whole: NDArray[np.bool_] | None,
    verdicts: NDArray[np.bool_],
    which: NDArray[np.intp],
    sampled: tuple[NDArray[np.intp], ...],
) -> str:
    """Share of equal verdicts on all lines asked, and on those of the sample that do not graze."""
    equal = (free == whole).mean() if whole is not None else (free[sampled] == verdicts).mean()
    at = whole[sampled] if whole is not None else verdicts
    half = np.linalg.norm(ours.given.region.labels.spacing_mm) / 2
    clear = np.abs(ours.least(*which.T)) > half
    return f"{equal:.2%} ({(free[sampled] == at)[clear].mean():.2%})"


def _setting(given: Task, lines: int) -> str:
    spacing = " × ".join(f"{s:.2g}" for s in given.region.labels.spacing_mm)
    return (
        f"{len(given.entries):,} entries × {len(given.targets)} targets = {lines:,} lines; voxels of {spacing} mm; "
        f"{given.surface.GetNumberOfPolys():,} triangles, {given.bone.size:,} cells."
    )


def _limit(ours: Foramen, took: float, lines: int) -> str:
    """The least that any exact search must do: read the field once and write each verdict."""
    source = np.zeros(1 << 26, np.uint8)
    bandwidth = source.nbytes * 2 / seconds(lambda: source.copy())
    least = ours.field.nbytes + lines
    return (
        f"Machine's limit: reading the field once and writing one byte per verdict is {least / 1e6:.0f} MB, "
        f"{least / bandwidth * 1e3:.0f} ms of one core at the {bandwidth / 1e9:.0f} GB/s measured here; "
        f"the search takes {took * bandwidth / least:.0f} × that."
    )


if __name__ == "__main__":
    print(run())
