"""The whole spine: what holds however a scan is stored, moved or mirrored, and what is drawn into the map."""

from dataclasses import replace

import numpy as np
import pytest

from foramen.anatomy import ALL_ROOTS, Anatomy, Root, Side, Structure, from_labels
from foramen.anatomy.label_map import LabelMap
from foramen.imaging.ct import Ct
from support.spine_phantom import Phantom, box_grid, column, make, turned

FRAMES = column(["L4", "L5", "S1"], turned(9, -7, 5))


@pytest.fixture(scope="module")
def phantom() -> Phantom:
    return make(FRAMES, box_grid(FRAMES.values(), (1.3, 1.3, 2.0), margin_mm=(50, 62, 48)), root_at=(0.5, 5.0))


@pytest.fixture(scope="module")
def anatomy(phantom) -> Anatomy:
    return from_labels(phantom.ct, phantom.labels)


def stored(phantom: Phantom, voxels, affine) -> Phantom:
    return Phantom(Ct(voxels(phantom.ct.voxels), affine), LabelMap(voxels(phantom.labels.voxels), affine))


def landmarks(anatomy: Anatomy) -> dict[str, np.ndarray]:
    """Every position of the spine by name."""
    points = {}
    for v in anatomy.spine.vertebrae:
        points |= {f"{v.level} body": v.centroid_mm, f"{v.level} canal": v.canal_centre_mm}
        points |= {f"{v.level} pedicle {side}": p.centre_mm for side, p in v.pedicles.items()}
    for f in anatomy.spine.foramina:
        if f.visible:
            points |= {
                f"{f.root} centre": f.centre_mm,
                f"{f.root} medial": f.medial_mm,
                f"{f.root} lateral": f.lateral_mm,
            }
    for n in anatomy.spine.roots:
        points |= {f"{n.root} root": n.point_mm, f"{n.root} ganglion": n.ganglion_mm}
    return points


def test_every_root_has_an_answer(anatomy):
    assert {f.root for f in anatomy.spine.foramina} == set(ALL_ROOTS)
    for foramen in anatomy.spine.foramina:
        assert foramen.visible == (foramen.root.level in ("L4", "L5", "S1"))
        assert bool(foramen.reason) != foramen.visible
    assert {n.root for n in anatomy.spine.roots} == {f.root for f in anatomy.spine.foramina if f.visible}


@pytest.mark.parametrize("axes", [(2, 0, 1), (1, 0, 2)])
@pytest.mark.parametrize("flips", [(1, 1, 1), (-1, 1, -1), (1, -1, 1)])
def test_storage_order_does_not_matter(phantom, anatomy, axes, flips):
    shape = phantom.ct.shape
    turn = np.zeros((4, 4))
    turn[3, 3] = 1
    for new, (old, flip) in enumerate(zip(axes, flips, strict=True)):
        turn[old, new] = flip
        turn[old, 3] = shape[old] - 1 if flip < 0 else 0
    other = stored(
        phantom, lambda v: v.transpose(axes)[tuple(slice(None, None, f) for f in flips)], phantom.ct.affine @ turn
    )

    again = from_labels(other.ct, other.labels)

    expected, found = landmarks(anatomy), landmarks(again)
    assert found.keys() == expected.keys()
    for name in expected:
        assert found[name] == pytest.approx(expected[name], abs=0.05), name
    assert again.structures.grid.same_place_as(other.labels.grid)


def test_a_moved_patient_moves_everything(phantom, anatomy):
    shift = np.array([-140.0, 77.0, 901.5])
    affine = phantom.ct.affine.copy()
    affine[:3, 3] += shift
    moved = landmarks(from_labels(*[replace(v, affine=affine) for v in (phantom.ct, phantom.labels)]))

    for name, point in landmarks(anatomy).items():
        assert moved[name] == pytest.approx(point + shift, abs=0.05), name


def test_a_mirrored_patient_swaps_left_and_right(phantom, anatomy):
    mirror = np.diag([-1.0, 1, 1, 1])
    swap = {"left": "right", "right": "left"}
    mirrored = landmarks(from_labels(*[replace(v, affine=mirror @ v.affine) for v in (phantom.ct, phantom.labels)]))

    expected = landmarks(anatomy)
    for name, point in expected.items():
        words = [part for word in name.split() for part in [word]]
        other = " ".join("-".join(swap.get(p, p) for p in word.split("-")) for word in words)
        assert mirrored[other] == pytest.approx(point * (-1, 1, 1), abs=0.05), name


def test_canal_and_sac_are_drawn_over_background_only(phantom, anatomy):
    before, after = phantom.labels.voxels, anatomy.structures.voxels

    assert anatomy.structures.estimated == {Structure.SPINAL_CANAL, Structure.THECAL_SAC}
    changed = before != after
    assert (before[changed] == Structure.BACKGROUND).all()
    assert set(np.unique(after[changed])) == {Structure.SPINAL_CANAL, Structure.THECAL_SAC}
    assert phantom.labels.estimated == frozenset()
    world = phantom.labels.to_world(np.argwhere(after == Structure.THECAL_SAC))
    local = FRAMES["L5"].to_local(world)
    level = local[np.abs(local[:, 2]) < 13]
    assert np.abs(level[:, 0]).max() == pytest.approx(11 - 1.5, abs=1.5)
    assert level[:, 1].min() > 14
    assert level[:, 1].max() < 28


def test_a_labelled_sac_and_canal_stay_as_they_are(phantom, anatomy):
    given = LabelMap(anatomy.structures.voxels, anatomy.structures.affine)
    again = from_labels(phantom.ct, given)

    assert again.structures.estimated == frozenset()
    assert (again.structures.voxels == given.voxels).all()


def test_a_labelled_cord_is_kept_within_the_drawn_sac(phantom, anatomy):
    cord = phantom.labels.voxels.copy()
    sac = anatomy.structures.voxels == Structure.THECAL_SAC
    core = sac & (np.arange(cord.shape[2]) > cord.shape[2] // 2)
    cord[core] = Structure.SPINAL_CORD
    again = from_labels(phantom.ct, LabelMap(cord, phantom.labels.affine))

    assert (again.structures.voxels[core] == Structure.SPINAL_CORD).all()
    assert (again.structures.voxels[sac & ~core] == Structure.THECAL_SAC).mean() > 0.95


def test_the_centreline_passes_the_canal_of_every_level(anatomy):
    line = anatomy.spine.canal_centreline_mm
    assert np.linalg.norm(np.diff(line, axis=0), axis=1).max() < 1.5
    assert line[0, 2] > line[-1, 2]
    for vertebra in anatomy.spine.vertebrae:
        assert np.linalg.norm(line - vertebra.canal_centre_mm, axis=1).min() < 1.0


def test_nothing_labelled_is_an_answer_too(phantom):
    empty = replace(phantom.labels, voxels=np.zeros_like(phantom.labels.voxels))
    anatomy = from_labels(phantom.ct, empty)

    assert anatomy.spine.vertebrae == ()
    assert not any(f.visible for f in anatomy.spine.foramina)
    assert anatomy.spine.foramen(Root("L5", Side.LEFT)).reason == "L5 is not in the scan or not wholly labelled"
    assert anatomy.structures.estimated == frozenset()


def test_stages_are_told(phantom):
    told = []
    from_labels(phantom.ct, phantom.labels, lambda stage, fraction: told.append((stage, fraction)))

    assert told[0][1] == 0.0
    assert told[-1][1] == 1.0
    assert "measuring the vertebrae" in {stage for stage, _ in told}
