"""A study is sorted into stacks, and the one that serves planning is read, with the reason."""

import random
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import RLELossless

from foramen.errors import InputError
from foramen.imaging import list_series, read_ct
from support.dicom_series import Series

UID = Series().series_uid
AXIAL = Series(slices_mm=np.arange(40) * 3.0, columns=64, rows=48, column_mm=3.0, row_mm=3.0)
SAGITTAL = Series((0, 1, 0), (0, 0, -1), slices_mm=np.arange(5) * 3.0, number=5, series_uid=f"{UID}5")
SCOUT = Series(
    (1, 0, 0), (0, 0, -1), slices_mm=[0.0], number=1, series_uid=f"{UID}1",
    tags={"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]},
)  # fmt: skip


def leaning(degrees: float, **changes: object) -> Series:
    """A stack through one disc: few slices, leaning with the disc, as straight as any stack (no gantry tilt)."""
    s, c = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
    return Series((1, 0, 0), (0, c, s), number=7, series_uid=f"{UID}7").but(**changes)


def disc_protocol(folder: Path) -> Path:
    """Three stacks and two reference pictures in one series, files shuffled, as scanners send them."""
    parts = [
        leaning(0).but(slices_mm=[0.0], row=(1, 0, 0), column=(0, 0, -1)),
        leaning(0).but(slices_mm=[0.0], row=(0, 1, 0), column=(0, 0, -1)),
        leaning(4, slices_mm=np.arange(5) * 3.0),
        leaning(-12, slices_mm=np.arange(7) * 3.0, origin_mm=(-12, -9, -60)),
        leaning(-12, slices_mm=np.arange(4) * 3.0, origin_mm=(-12, 12, -90)),
    ]
    names = list(range(100))
    random.Random(4).shuffle(names)
    number = 0
    for part in parts:

        def renumber(data: Dataset, n: int) -> None:
            nonlocal number
            number += 1
            data.InstanceNumber = number
            data.SOPInstanceUID = f"{UID}7.{number}"

        part.write(folder, renumber, lambda n: f"I{names.pop()}")
    return folder


def test_stacks_within_one_series_are_told_apart(tmp_path: Path) -> None:
    stacks = list_series(disc_protocol(tmp_path))
    assert [(s.id, len(s.pictures), bool(s.problem)) for s in stacks] == [
        ("7.1", 1, True),
        ("7.2", 1, True),
        ("7.3", 5, False),
        ("7.4", 7, False),
        ("7.5", 4, False),
    ]
    assert stacks[0].sentence.startswith("coronal, 1 slice of 20 × 16")
    assert stacks[2].sentence == (
        "axial, turned by 4°, 5 slices of 20 × 16, 1.10 × 0.80 × 3.00 mm, z -8 to 5 mm, kernel B30f"
    )
    assert stacks[3].sentence.startswith("axial, turned by 12°, 7 slices")


def test_each_stack_can_be_read_by_its_id(tmp_path: Path) -> None:
    disc_protocol(tmp_path)
    for name, slices in (("7.3", 5), ("7.4", 7), ("7.5", 4)):
        ct = read_ct(tmp_path, series=name)
        assert ct.shape == (20, 16, slices)
        assert ct.choice == f"{name} was asked for."
        assert ct.warnings == ()


def test_the_stack_with_the_best_coverage_is_chosen_and_named(tmp_path: Path) -> None:
    for series in (SCOUT, SAGITTAL, AXIAL):
        series.write(tmp_path / str(series.number))
    disc_protocol(tmp_path / "7")
    ct = read_ct(tmp_path)
    assert ct.identity.series_number == "3"
    assert ct.choice.startswith("3 (axial, 40 slices of 64 × 48, 3.00 × 3.00 × 3.00 mm, z -8 to 109 mm, kernel B30f)")
    assert "of 5 volumes it covers most of what a lumbar route needs" in ct.choice


def test_thin_slices_are_preferred_to_thick_ones(tmp_path: Path) -> None:
    AXIAL.write(tmp_path / "thick")
    thin = AXIAL.but(slices_mm=np.arange(80) * 1.5, number=9, series_uid=f"{UID}9", column_mm=1.5, row_mm=1.5)
    thin.but(columns=128, rows=96).write(tmp_path / "thin")
    assert read_ct(tmp_path).identity.series_number == "9"


def test_reading_does_not_depend_on_file_order_or_names(tmp_path: Path) -> None:
    prints = set()
    for seed in range(3):
        folder = disc_protocol(tmp_path / str(seed))
        SAGITTAL.write(folder, name=lambda n, seed=seed: f"{(n * 7 + seed) % 5}-s")
        prints.add(read_ct(folder).fingerprint)
    assert len(prints) == 1


def test_a_series_is_found_by_its_number_or_uid(tmp_path: Path) -> None:
    SAGITTAL.write(tmp_path / "a")
    AXIAL.write(tmp_path / "b")
    assert read_ct(tmp_path, series="5").shape == read_ct(tmp_path, series=SAGITTAL.series_uid).shape == (20, 16, 5)


def test_a_missing_or_ambiguous_series_gets_the_list(tmp_path: Path) -> None:
    disc_protocol(tmp_path)
    with pytest.raises(InputError, match=r"has no series 8; it holds 7\.3: axial, turned by 4°.*7\.4.*7\.5"):
        read_ct(tmp_path, series="8")
    with pytest.raises(InputError, match=r"Series 7 holds 3 stacks; name one: 7\.3: axial"):
        read_ct(tmp_path, series="7")
    with pytest.raises(InputError, match=r"series 7\.1 has 1 slice"):
        read_ct(tmp_path, series="7.1")


def test_equal_series_numbers_get_letters(tmp_path: Path) -> None:
    AXIAL.write(tmp_path / "a")
    AXIAL.but(series_uid=f"{UID}4").write(tmp_path / "b")
    assert [stack.id for stack in list_series(tmp_path)] == ["3a", "3b"]


def test_copies_of_a_file_count_once(tmp_path: Path) -> None:
    Series().write(tmp_path)
    Series().write(tmp_path / "copy")
    assert read_ct(tmp_path).shape == (20, 16, 6)


def test_two_kernels_in_one_series_are_two_stacks(tmp_path: Path) -> None:
    Series().write(tmp_path / "soft")

    def sharper(data: Dataset, n: int) -> None:
        data.ConvolutionKernel = "B70f"
        data.SOPInstanceUID += "9"

    Series().write(tmp_path / "sharp", sharper)
    stacks = list_series(tmp_path)
    assert [(s.id, s.pictures[0].kernel, s.problem) for s in stacks] == [("3.1", "B30f", ""), ("3.2", "B70f", "")]


def test_scans_of_two_patients_are_never_chosen_between(tmp_path: Path) -> None:
    AXIAL.write(tmp_path / "a")
    SAGITTAL.but(tags={"PatientID": "P2"}).write(tmp_path / "b")
    with pytest.raises(InputError, match="mixes scans of 2 patients"):
        read_ct(tmp_path)
    assert read_ct(tmp_path, series="5").identity.patient_id == "P2"


def test_two_studies_are_told(tmp_path: Path) -> None:
    AXIAL.write(tmp_path / "a")
    SAGITTAL.but(tags={"StudyInstanceUID": "1.2.3"}).write(tmp_path / "b")
    assert "The folder holds 2 studies" in read_ct(tmp_path).choice


def test_a_larger_stack_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    AXIAL.but(slices_mm=np.delete(np.arange(40) * 3.0, 20)).write(tmp_path / "a", lambda data, n: _number(data, n))
    SAGITTAL.write(tmp_path / "b")
    choice = read_ct(tmp_path).choice
    assert "5 (sagittal" in choice
    assert "Larger but not readable: 3 has missing slices (1 gap wider than the usual spacing)." in choice


def _number(data: Dataset, n: int) -> None:
    data.InstanceNumber = n + 1 + (n >= 20)


def test_messages_and_lists_hold_no_patient_data(tmp_path: Path) -> None:
    AXIAL.but(tags={"SeriesDescription": "Phantom Linear spine"}).write(tmp_path / "a")
    disc_protocol(tmp_path / "b")
    texts = [read_ct(tmp_path).choice, *(s.sentence + s.problem for s in list_series(tmp_path))]
    for series in ("77", "7"):
        with pytest.raises(InputError) as refusal:
            read_ct(tmp_path, series=series)
        texts.append(str(refusal.value))
    assert not any(word in text for text in texts for word in ("Phantom", "P1", "1960"))


def test_progress_is_told_for_headers_and_pixels(tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    read_ct(Series().write(tmp_path), progress=lambda stage, share: told.append((stage, share)))
    for stage in ("reading headers", "reading the scan"):
        shares = [share for name, share in told if name == stage]
        assert shares == sorted(shares)
        assert shares[-1] == 1
        assert len(shares) == 6


def test_compressed_and_plain_pictures_may_mix(tmp_path: Path) -> None:
    plain = read_ct(Series().write(tmp_path / "plain"))
    mixed = Series().write(tmp_path / "mixed", lambda data, n: data.compress(RLELossless) if n % 2 else None)
    assert read_ct(mixed).fingerprint == plain.fingerprint
