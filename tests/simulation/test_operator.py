"""A simulated operator comes nearer with advice than by eye, looks at every stage, and never for ever."""

import numpy as np
import pytest

from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.root import Side
from foramen.anatomy.structures import Structure, Tissue
from foramen.errors import InputError
from foramen.simulation.case_file import read_case
from foramen.simulation.needle import SimulatedNeedle
from foramen.simulation.operator import MOST_LOOKS, STAGES, Advice, Operator, insert
from foramen.simulation.redirect import pushed, turned, withdrawn

ENTRY, TARGET = np.array([60.0, 90.0, 0.0]), np.array([20.0, 15.0, 2.0])


def operator(seed: int, side: Side = Side.LEFT) -> Operator:
    return Operator(ENTRY, TARGET, side, np.random.default_rng(seed))


def perfect(needle: SimulatedNeedle) -> Advice:
    """What a colleague would say who knows exactly where the needle lies."""
    if np.linalg.norm(needle.tip_mm - TARGET) < 2.7:
        return Advice(in_position=True)
    back = needle.depth_mm - 12.0 if np.linalg.norm(np.cross(TARGET - needle.tip_mm, needle.axis)) > 2.0 else 0.0
    way = TARGET - (needle.tip_mm - back * needle.axis)
    new = way / np.linalg.norm(way)
    up = np.degrees(np.arcsin(new[2]) - np.arcsin(needle.axis[2]))
    across = np.degrees(np.arctan2(new[0], -new[1]) - np.arctan2(needle.axis[0], -needle.axis[1]))
    return Advice(back, float(up), float(across), float(np.linalg.norm(way)))


def errors(**options) -> np.ndarray:
    return np.array(
        [insert(operator(n), options.get("look"), **options.get("more", {})).tip_error_mm for n in range(60)]
    )


def test_advice_brings_the_tip_nearer_than_the_eye_and_the_eye_nearer_than_one_blind_pass():
    advised, alone, blind = errors(look=perfect), errors(), errors(more={"stages": (1.0,)})
    assert np.median(advised) < 2.0
    assert np.median(advised) < np.median(alone) < np.median(blind)
    # Without looking, 2.8° and 6.5° over 85 mm.
    assert 4.0 < np.median(blind) < 14.0


def test_every_stage_is_looked_at_and_looking_ends():
    for seed in range(20):
        done = insert(operator(seed), None)
        assert len(STAGES) <= len(done.needles) <= MOST_LOOKS
        assert len(done.needles) == len(done.advice)
        assert done.needles[0].depth_mm < done.needles[-1].depth_mm
        assert done.tip_error_mm == pytest.approx(np.linalg.norm(done.needles[-1].tip_mm - TARGET))


def test_who_is_told_to_stop_begins_again_at_the_skin():
    told = iter([Advice(advance_mm=50), Advice(stop=True), Advice(advance_mm=50)])
    done = insert(operator(1), lambda needle: next(told, Advice(in_position=True)))
    assert done.passes == 2
    assert done.arrived
    depths = [needle.depth_mm for needle in done.needles]
    assert depths[2] == pytest.approx(STAGES[0] * np.linalg.norm(TARGET - ENTRY))
    assert depths[1] > depths[2]


def test_who_never_arrives_says_so():
    lost = insert(operator(1), lambda needle: Advice(withdraw_mm=10.0, cranial_deg=20.0, advance_mm=5.0))
    assert len(lost.needles) == MOST_LOOKS
    assert not lost.arrived


def test_who_is_told_to_withdraw_and_turn_does_so_within_his_error():
    needle = SimulatedNeedle(np.array([45.0, 60.0, 0.0]), ENTRY)
    wanted = turned(needle.axis, 3.0, -2.0)
    there = np.array([operator(n).follows(Advice(10.0, 3.0, -2.0, 40.0), needle, 1.0).tip_mm for n in range(200)])
    meant = needle.tip_mm - 10 * needle.axis + 40 * wanted
    assert np.linalg.norm(there.mean(axis=0) - meant) < 0.3
    assert 0.5 < np.linalg.norm(there.std(axis=0)) < 2.0
    on_the_right = operator(1, Side.RIGHT).follows(Advice(0, 0, 20.0, 40.0), needle, 1.0).axis
    assert on_the_right[0] < needle.axis[0], "lateral is toward the root's own side"


def test_a_needle_is_withdrawn_along_itself_turned_and_bent_no_more_than_it_must():
    needle = SimulatedNeedle(np.array([0.0, 0.0, 0.0]), np.array([0.0, 80.0, 0.0]), bend_mm=(2.0, 0.0, 0.0))
    back = withdrawn(needle, 40.0)
    np.testing.assert_allclose(back.tip_mm, [0, 40, 0])
    np.testing.assert_allclose(back.sag_mm, [0.5, 0, 0])
    aside = turned(back.axis, 4.0, 0.0)
    assert np.degrees(np.arccos(aside @ back.axis)) == pytest.approx(4.0)
    bent = pushed(back, aside, 40.0)
    np.testing.assert_allclose(bent.tip_mm, back.tip_mm + 40 * aside)
    nearest = np.linalg.norm(bent.line_mm - back.tip_mm, axis=1).min()
    assert nearest < 0.3, "the shaft still passes where the tip was when it was turned"
    free = pushed(withdrawn(needle, 68.0), aside, 60.0)
    np.testing.assert_allclose(free.axis, aside, atol=1e-9)


def test_what_the_needle_touches_is_named():
    voxels = np.zeros((60, 60, 20), np.uint8)
    voxels[:, 20:24] = Structure.L4
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = (-20, 0, -20)
    done = insert(operator(1), perfect, labels=LabelMap(voxels, affine))
    assert done.touched == {Tissue.BONE}


def test_a_case_says_what_it_means_or_is_refused(tmp_path):
    case = tmp_path / "case.toml"
    case.write_text('root = "L5-right"\n[contrast]\nvolume_ml = 0.4\n')
    told = read_case(case)
    assert (str(told.target), told.contrast.volume_ml, told.operator.advised) == ("L5-right", 0.4, True)
    case.write_text('root = "L5-right"\n[contrast]\nvolume = 0.4\n')
    with pytest.raises(InputError, match=r"contrast\.volume"):
        read_case(case)
    with pytest.raises(InputError, match="can't be read"):
        read_case(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ('root = "C6-left"', "'C6-left' is not a root"),
        ('root = "L5-left"\n[patient]\nshoe_size = 44', "A patient has no 'shoe_size', but sex"),
        ('root = "L5-left"\n[patient]\nage_years = 140', "no such patient"),
        ('root = "L5-left"\n[patient]\nage_years = "old"', "no such patient"),
        ('root = "L5-left"\n[patient]\nnarrowing = { L9 = 0.5 }', "'L9' is not a root"),
    ],
)
def test_who_can_not_be_simulated_is_refused_with_the_files_name(tmp_path, words, said):
    case = tmp_path / "case.toml"
    case.write_text(words)
    with pytest.raises(InputError, match=said) as refused:
        read_case(case)
    assert str(refused.value).startswith("case.toml: ")


def test_narrowing_is_given_by_the_roots_name(tmp_path):
    case = tmp_path / "case.toml"
    case.write_text('root = "L5-left"\n[patient]\nnarrowing = { L5-left = 0.5 }')
    assert {str(root): share for root, share in read_case(case).parameters.narrowing.items()} == {"L5-left": 0.5}
