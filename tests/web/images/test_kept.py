"""What the store keeps of a scan and its anatomy is what was put in, to the last bit."""

from dataclasses import asdict

import numpy as np
import pytest

from foramen.anatomy.root import Root
from foramen.imaging.ct import Ct, ScanIdentity
from foramen.planning import plan_routes
from foramen.web.images.kept import read_anatomy, read_ct_kept, write_anatomy, write_ct
from support.phantoms import Phantom, straight_grid


@pytest.fixture(scope="module")
def scan():
    return Phantom().on(straight_grid((2.0, 2.0, 3.1)))


def test_a_scan_comes_back_with_its_fingerprint_and_whose_it_is(tmp_path):
    affine = np.array([[0.7, 0.1, 0, -120.123456789], [-0.1, 0.7, 0, 33.3], [0, 0, -1.5, 7], [0, 0, 0, 1]])
    voxels = np.random.default_rng(1).integers(-1024, 3000, (7, 8, 9)).astype(np.int16)
    ct = Ct(
        voxels, affine, identity=ScanIdentity(patient_id="4711", series_uid="1.2.3"), choice="of two", warnings=("w",)
    )
    write_ct(ct, tmp_path / "kept")
    back = read_ct_kept(tmp_path / "kept")
    assert back.fingerprint == ct.fingerprint
    assert (back.affine == ct.affine).all()
    assert (back.identity, back.choice, back.warnings) == (ct.identity, ct.choice, ct.warnings)


def test_an_anatomy_plans_the_same_routes_after_it_was_kept(scan, tmp_path):
    ct, anatomy = scan
    write_anatomy(anatomy, tmp_path / "kept")
    back = read_anatomy(tmp_path / "kept")
    roots = (Root.parse("L4-left"), Root.parse("L4-right"))
    assert plan_routes(ct, back, roots) == plan_routes(ct, anatomy, roots)


def test_every_field_of_an_anatomy_is_kept(scan, tmp_path):
    """A field that somebody adds to the spine and forgets to keep is found here."""
    _, anatomy = scan
    write_anatomy(anatomy, tmp_path / "kept")
    back = read_anatomy(tmp_path / "kept")
    for name in ("provider", "warnings", "levels"):
        assert getattr(back, name) == getattr(anatomy, name)
    assert back.structures.can_hold == anatomy.structures.can_hold
    assert (back.structures.voxels == anatomy.structures.voxels).all()
    assert (back.body.voxels == anatomy.body.voxels).all()
    assert plain(asdict(back.spine)) == plain(asdict(anatomy.spine))


def test_the_same_content_gives_the_same_bytes(scan, tmp_path):
    for name in ("one", "two"):
        write_anatomy(scan[1], tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def plain(value):
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return np.nan_to_num(value, nan=-1e9).tolist() if isinstance(value, np.ndarray) else value
