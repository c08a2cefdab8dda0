"""Which numbering a map is in, decided by content; and what comes of it on the CT's grid."""

from functools import cache
from itertools import pairwise
from pathlib import Path

import nibabel as nib
import nrrd
import numpy as np
import pytest
from numpy.typing import NDArray

from foramen.anatomy import Structure, read_labels
from foramen.errors import InputError, UsageError
from foramen.imaging import Ct, Volume, resample, write_nifti
from foramen.imaging.volume import Grid
from support.label_phantom import AFFINE, LEVELS, painted, torso

FLIP = np.diag([-1.0, -1, 1, 1])
ORGANS_V1 = {"kidney_right": 2, "kidney_left": 3, "hip_left": 90, "hip_right": 91, "sacrum": 92}
ORGANS_V2 = {"kidney_right": 2, "kidney_left": 3, "hip_left": 77, "hip_right": 78, "sacrum": 25, "vertebrae_S1": 26}


def numbered(values: tuple[int, ...]) -> dict[str, int]:
    return {f"vertebrae_{level}": value for level, value in zip(LEVELS, values, strict=True)}


V1 = numbered((24, 23, 22, 21, 20, 19, 18))
V2 = numbered((33, 32, 31, 30, 29, 28, 27))
VERSE = numbered((18, 19, 20, 21, 22, 23, 24))
SPINESEG = numbered((31, 32, 41, 42, 43, 44, 45))


@cache
def scan() -> tuple[Ct, dict[str, NDArray[np.bool_]]]:
    return torso()


def saved(voxels: NDArray[np.generic], folder: Path, affine: NDArray[np.float64] = AFFINE, name: str = "map") -> Path:
    path = folder / f"{name}.nii.gz"
    nib.save(nib.Nifti1Image(voxels, FLIP @ affine), path)
    return path


@pytest.mark.parametrize(
    ("values", "title"),
    [
        (V1, "TotalSegmentator version 1"),
        (V1 | ORGANS_V1, "TotalSegmentator version 1"),
        (V2, "TotalSegmentator version 2"),
        (V2 | ORGANS_V2, "TotalSegmentator version 2"),
        (VERSE, "VerSe"),
        (SPINESEG, "TotalSpineSeg"),
        ({f"vertebrae_{level}": VERSE[f"vertebrae_{level}"] for level in ("L2", "L3", "L4")}, "VerSe"),
    ],
    ids=["v1 vertebrae", "v1", "v2 vertebrae", "v2", "verse", "totalspineseg", "verse of three"],
)
def test_a_numbering_is_recognised_by_where_its_values_lie(values: dict[str, int], title: str, tmp_path: Path) -> None:
    ct, masks = scan()
    labels = read_labels(saved(painted(masks, values), tmp_path), ct)
    assert title in labels.scheme
    assert 0.8 < labels.confidence < 1.0
    for name in values:
        structure = Structure[name.removeprefix("vertebrae_").upper()]
        assert np.array_equal(labels.mask(structure), masks[name])


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.float32, np.float64])
def test_the_number_type_of_the_file_does_not_matter(dtype: type, tmp_path: Path) -> None:
    ct, masks = scan()
    labels = read_labels(saved(painted(masks, V2).astype(dtype), tmp_path), ct)
    assert labels.voxels.dtype == np.uint8
    assert np.array_equal(labels.mask(Structure.L3), masks["vertebrae_L3"])


@pytest.mark.parametrize(("order", "flips"), [((0, 1, 2), (1, 0, 0)), ((2, 0, 1), (0, 1, 1)), ((1, 2, 0), (1, 1, 1))])
def test_the_storage_order_of_the_file_does_not_matter(
    order: tuple[int, ...], flips: tuple[int, ...], tmp_path: Path
) -> None:
    ct, masks = scan()
    stored = nib.Nifti1Image(painted(masks, V1 | ORGANS_V1), FLIP @ AFFINE)
    orientation = np.array([[a, -1 if f else 1] for a, f in zip(np.argsort(order), flips, strict=True)])
    path = tmp_path / "turned.nii"
    nib.save(stored.as_reoriented(orientation), path)
    labels = read_labels(path, ct)
    assert labels.grid.same_place_as(ct.grid)
    assert np.array_equal(labels.mask(Structure.L5), masks["vertebrae_L5"])
    assert np.array_equal(labels.mask(Structure.KIDNEY_LEFT), masks["kidney_left"])


def test_an_oblique_reversed_anisotropic_ct_gets_the_map_on_its_own_grid(tmp_path: Path) -> None:
    ct, masks = scan()
    turn = np.linalg.qr(np.array([[0.98, 0.1, -0.15], [-0.12, 0.97, 0.2], [0.16, -0.2, 0.97]]))[0]
    axes = (turn * np.sign(np.diag(turn)))[:, [2, 0, 1]] * np.array([-3.0, 2.0, 2.5])
    middle = ct.to_world(np.array(ct.shape) / 2)
    shape = (110, 140, 90)
    affine = np.eye(4)
    affine[:3, :3] = axes
    affine[:3, 3] = middle - axes @ (np.array(shape) / 2)
    grid = Grid(shape, affine)
    oblique = resample(ct, grid)
    labels = read_labels(saved(painted(masks, V2 | ORGANS_V2), tmp_path), oblique)
    expected = resample(Volume(masks["vertebrae_L4"], AFFINE), grid, nearest=True, fill=0)
    assert labels.grid.same_place_as(grid)
    assert np.array_equal(labels.mask(Structure.L4), expected.voxels)
    centre = labels.to_world(np.argwhere(labels.mask(Structure.KIDNEY_RIGHT)).mean(axis=0))
    assert np.allclose(centre, [-60, 0, -290], atol=1.5)


def test_names_in_a_nifti_header_win_over_numbers(tmp_path: Path) -> None:
    ct, masks = scan()
    values = numbered((7, 6, 5, 4, 3, 2, 1)) | {"kidney_left": 9}
    image = nib.Nifti1Image(painted(masks, values), FLIP @ AFFINE)
    table = "".join(f'<Label Key="{v}" Red="0.0"><![CDATA[{n}]]></Label>' for n, v in (values | {"liver": 8}).items())
    xml = f"<CaretExtension><VolumeInformation><LabelTable>{table}</LabelTable></VolumeInformation></CaretExtension>"
    image.header.extensions.append(nib.nifti1.Nifti1Extension(0, xml.encode()))
    nib.save(image, tmp_path / "named.nii.gz")
    labels = read_labels(tmp_path / "named.nii.gz", ct)
    assert labels.confidence == 1.0
    assert np.array_equal(labels.mask(Structure.L5), masks["vertebrae_L5"])
    assert Structure.LIVER in labels.can_hold, "looked for, though not there"
    assert Structure.SPLEEN not in labels.can_hold, "never looked for"


def test_names_in_a_3d_slicer_file_win_over_numbers(tmp_path: Path) -> None:
    ct, masks = scan()
    values = numbered((7, 6, 5, 4, 3, 2, 1))
    header = {"space": "left-posterior-superior", "space directions": AFFINE[:3, :3].T, "space origin": AFFINE[:3, 3]}
    for number, (name, value) in enumerate(values.items()):
        header |= {f"Segment{number}_LabelValue": str(value), f"Segment{number}_Name": name.removeprefix("vertebrae_")}
    nrrd.write(str(tmp_path / "map.seg.nrrd"), painted(masks, values), header)
    labels = read_labels(tmp_path / "map.seg.nrrd", ct)
    assert np.array_equal(labels.mask(Structure.L2), masks["vertebrae_L2"])


def test_a_map_that_holds_only_vertebrae_says_so() -> None:
    from foramen.anatomy.schemes import scheme_named

    assert Structure.KIDNEY_LEFT not in scheme_named("verse").can_hold
    assert Structure.S1 not in scheme_named("totalsegmentator-v1").can_hold
    assert {Structure.S1, Structure.SACRUM, Structure.COLON} <= scheme_named("totalsegmentator-v2").can_hold


class TestValue26:
    """S1 in TotalSegmentator 2, L6 in version 3: told apart by what it is fused with."""

    def test_fused_with_the_sacrum_it_is_s1(self, tmp_path: Path) -> None:
        ct, masks = scan()
        labels = read_labels(saved(painted(masks, V2 | {"sacrum": 25, "vertebrae_S1": 26}), tmp_path), ct)
        assert np.array_equal(labels.mask(Structure.S1), masks["vertebrae_S1"])
        assert Structure.L6 not in labels.present

    def test_parted_from_it_by_a_disc_it_is_l6(self, tmp_path: Path) -> None:
        ct, masks = scan()
        sixth = {f"vertebrae_{upper}": V2[f"vertebrae_{lower}"] for upper, lower in pairwise(LEVELS)} | {
            "vertebrae_L5": 26
        }
        both = masks | {"sacrum": masks["sacrum"] | masks["vertebrae_S1"]}
        labels = read_labels(saved(painted(both, sixth | {"sacrum": 25}), tmp_path), ct)
        assert np.array_equal(labels.mask(Structure.L6), masks["vertebrae_L5"])
        assert np.array_equal(labels.mask(Structure.L5), masks["vertebrae_L4"])
        assert labels.scheme == "TotalSegmentator version 3"

    def test_where_nothing_tells_the_user_is_asked(self, tmp_path: Path) -> None:
        ct, masks = scan()
        path = saved(painted(masks, V2 | {"vertebrae_S1": 26}), tmp_path)
        with pytest.raises(InputError, match=r"could be totalsegmentator-v2 .* or totalsegmentator-v3 .*26 = L6"):
            read_labels(path, ct)
        assert Structure.S1 in read_labels(path, ct, scheme="totalsegmentator-v2").present
        assert Structure.L6 in read_labels(path, ct, scheme="totalsegmentator-v3").present


class TestOtherGrids:
    def test_a_finer_map_of_a_part_is_laid_on_the_ct(self, tmp_path: Path) -> None:
        ct, masks = scan()
        whole = Volume(painted(masks, VERSE), AFFINE)
        part = whole.crop((20, 10, 30), (100, 90, 125))
        fine = Grid(tuple(2 * n for n in part.shape), part.affine @ np.diag([0.5, 0.5, 0.5, 1]))
        write_nifti(resample(part, fine, nearest=True, fill=0), tmp_path / "fine.nii.gz")
        labels = read_labels(tmp_path / "fine.nii.gz", ct)
        assert labels.shape == ct.shape
        assert labels.warnings == ()
        missed = labels.mask(Structure.L3) ^ masks["vertebrae_L3"]
        assert missed.sum() < 0.1 * masks["vertebrae_L3"].sum()

    def test_a_coarse_map_is_taken_with_a_warning(self, tmp_path: Path) -> None:
        ct, masks = scan()
        coarse = Grid(tuple(n // 2 for n in ct.shape), AFFINE @ np.diag([2.0, 2, 2, 1]))
        write_nifti(resample(Volume(painted(masks, V2), AFFINE), coarse, nearest=True, fill=0), tmp_path / "c.nii.gz")
        (warning,) = read_labels(tmp_path / "c.nii.gz", ct).warnings
        assert "5.0 mm" in warning
        assert "coarser" in warning

    def test_bodies_without_arches_are_taken_with_a_warning(self, tmp_path: Path) -> None:
        ct, masks = scan()
        y = AFFINE[1, 3] + AFFINE[1, 1] * np.arange(ct.shape[1])
        bodies = np.where((y < 17)[None, :, None], painted(masks, VERSE), 0).astype(np.uint8)
        (warning,) = read_labels(saved(bodies, tmp_path), ct).warnings
        assert "vertebral bodies only" in warning


class TestSchemeFile:
    def test_a_file_says_what_values_mean(self, tmp_path: Path) -> None:
        ct, masks = scan()
        values = numbered((101, 102, 103, 104, 105, 106, 107)) | {"kidney_left": 5}
        lines = "".join(f'{value} = "{name}"\n' for name, value in values.items())
        (tmp_path / "ours.toml").write_text(f'title = "Our own"\n[values]\n{lines}')
        path = saved(painted(masks, values | {"kidney_right": 6}), tmp_path)
        labels = read_labels(path, ct, scheme=str(tmp_path / "ours.toml"))
        assert labels.scheme == "Our own"
        assert np.array_equal(labels.mask(Structure.L1), masks["vertebrae_L1"])
        assert any("left out: 6" in warning for warning in labels.warnings)

    @pytest.mark.parametrize("text", ["not toml [", "[values]\n", '[values]\nfive = "L5"\n', "classes = 3\n"])
    def test_a_file_that_is_no_scheme_is_refused(self, text: str, tmp_path: Path) -> None:
        ct, masks = scan()
        (tmp_path / "bad.toml").write_text(text)
        with pytest.raises(InputError, match=r"bad.toml is no label scheme"):
            read_labels(saved(painted(masks, V2), tmp_path), ct, scheme=str(tmp_path / "bad.toml"))

    def test_a_structure_that_does_not_exist_is_refused_by_name(self, tmp_path: Path) -> None:
        ct, masks = scan()
        (tmp_path / "bad.toml").write_text('[values]\n1 = "flux_capacitor"\n')
        with pytest.raises(InputError, match="flux_capacitor"):
            read_labels(saved(painted(masks, V2), tmp_path), ct, scheme=str(tmp_path / "bad.toml"))

    def test_an_unknown_scheme_lists_the_known_ones(self, tmp_path: Path) -> None:
        ct, masks = scan()
        with pytest.raises(UsageError, match=r"totalsegmentator-v2.*verse.*foramen"):
            read_labels(saved(painted(masks, V2), tmp_path), ct, scheme="totalsegmenter")

    def test_a_scheme_that_the_ct_contradicts_is_refused(self, tmp_path: Path) -> None:
        ct, masks = scan()
        with pytest.raises(InputError, match="out of order from head to foot"):
            read_labels(saved(painted(masks, VERSE), tmp_path), ct, scheme="totalsegmentator-v1")

    def test_foramens_own_values_are_read_by_name(self, tmp_path: Path) -> None:
        ct, masks = scan()
        values = numbered(tuple(int(Structure[level]) for level in LEVELS))
        labels = read_labels(saved(painted(masks, values), tmp_path), ct, scheme="foramen")
        assert np.array_equal(labels.voxels, painted(masks, values))
