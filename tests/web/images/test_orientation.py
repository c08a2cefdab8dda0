"""Right is right: NiiVue's own coordinates and pixels of known side, however the scan was stored."""

import io
import zipfile

import numpy as np
import pydicom
import pytest
from PIL import Image
from scipy.spatial.transform import Rotation

from foramen.imaging import read_ct, write_nifti
from foramen.imaging.ct import Ct
from foramen.imaging.straighten import straighten
from foramen.imaging.volume import Grid, Volume
from foramen.records import Role
from foramen.web.images.spool import Spool
from foramen.web.images.viewing import View, onto, viewing_grid
from support.real_data import real

SMALL = {"width": 1100, "height": 720}

AWAY_MM = 22.0
BALLS = {"left": ((1, 0, 0), 300, 127), "posterior": ((0, 1, 0), 700, 195), "head": ((0, 0, 1), 3000, 255)}
"""One ball on each of three sides of the crosshair: its direction, its HU, and how grey that is in the bone window."""

SEEN = {
    ("axial", "left"): (1, 0),
    ("axial", "posterior"): (0, 1),
    ("coronal", "left"): (1, 0),
    ("coronal", "head"): (0, -1),
    ("sagittal", "posterior"): (1, 0),
    ("sagittal", "head"): (0, -1),
}
"""Where it must show on the screen: right and down, from the crosshair. The patient's left is on the viewer's right."""

STORED = {
    "prone, feet first": np.diag([1.0, -1.0, -1.0]),
    "oblique": Rotation.from_euler("xyz", [12, -7, 20], degrees=True).as_matrix(),
    "gantry tilted": np.array([[1, 0, 0], [0, np.cos(0.3), 0], [0, np.sin(0.3), 1]]),
}

ALL_TILES = """() => {
  const nv = window.planPage.stage.nv;
  const ratio = nv.uiData.dpr;
  return nv.screenSlices.map((tile) => {
    const [left, top, width, height] = tile.leftTopWidthHeight;
    const name = ["axial", "coronal", "sagittal"][tile.axCorSag];
    return [[0.2, 0.3], [0.7, 0.6], [0.5, 0.9]].map(([u, v]) => {
      const frac = nv.canvasPos2frac([left + u * width, top + v * height]);
      const ras = nv.frac2mm(frac);
      const plane = window.planPage.planes.get(name);
      const ours = plane.toWorld((u * width) / ratio, (v * height) / ratio);
      return { name, niivue: [-ras[0], -ras[1], ras[2]], ours };
    });
  }).flat();
}"""

LABEL_AT = """([x, y, z]) => {
  const image = window.planPage.stage.nv.volumes[0];
  const [i, j, k] = image.mm2vox([-x, -y, z]);
  return { voxel: [i, j, k], hu: image.getValue(i, j, k) };
}"""


@pytest.fixture
def page(planned, browse):
    page = browse(planned.site, Role.RADIOLOGIST, size=SMALL)
    opened(page, planned)
    return page


def opened(page, at):
    page.goto(f"/cases/{at.id}/plan")
    page.wait_for_selector("#plan[data-ready]", timeout=90_000)


def test_niivue_s_own_coordinates_are_those_that_are_drawn_over_it(page):
    points = page.evaluate(ALL_TILES)
    assert {point["name"] for point in points} == {"axial", "coronal", "sagittal"}
    for point in points:
        assert point["niivue"] == pytest.approx(point["ours"], abs=0.4), point["name"]


def test_niivue_finds_the_same_hu_at_the_same_place_as_the_scan_itself(page, patient):
    """Through NiiVue's own mm to voxel, at every vertebra of the truth and beside it on both sides."""
    scan = read_ct(patient.ct)
    for level in ("L3", "L4", "L5"):
        for aside in (-40.0, 0.0, 35.0):
            place = np.array(patient.truth[level]) + np.array([aside, 5.0, 0.0])
            found = page.evaluate(LABEL_AT, place.tolist())
            i, j, k = np.rint(scan.to_index(place)).astype(int)
            assert found["hu"] == scan.voxels[i, j, k], (level, aside)


@pytest.mark.parametrize("stored", STORED)
def test_the_patient_s_left_is_on_the_viewer_s_right(planned, browse, stored):
    """The pictures of the case are replaced by balls on known sides, in a scan stored any way round."""
    site, case = planned.site, planned.case
    plan = site.client(Role.RADIOLOGIST).get(f"/api/cases/{planned.id}/plan").json()["plan"]
    view = View.under(Spool(site.records.store).drawn(case.anatomy.digest))
    kept = view.ct.read_bytes()
    try:
        _draw_balls(STORED[stored], np.array(plan["roots"][0]["routes"][0]["target_mm"]), view)
        page = browse(site, Role.RADIOLOGIST, size=SMALL)
        opened(page, planned)
        for name in ("axial", "coronal", "sagittal"):
            grey = _without_overlay(page, name)
            for ball, (_, _, shade) in BALLS.items():
                if (name, ball) in SEEN:
                    assert _side(page, name, np.abs(grey - shade) < 12) == SEEN[name, ball], (name, ball)
    finally:
        view.ct.write_bytes(kept)


def _draw_balls(direction, centre, view) -> None:
    affine = np.eye(4)
    affine[:3, :3] = direction * np.array([1.5, 1.4, 2.0])
    shape = (80, 84, 60)
    affine[:3, 3] = centre - affine[:3, :3] @ ((np.array(shape) - 1) / 2)
    grid = Grid(shape, affine)
    points = grid.to_world(np.moveaxis(np.indices(shape), 0, -1))
    hu = np.full(shape, -1000, np.int16)
    for way, value, _ in BALLS.values():
        hu[np.linalg.norm(points - centre - AWAY_MM * np.array(way), axis=-1) < 8] = value
    ct = Ct(hu, affine)
    ct = ct if grid.is_straight else straighten(ct)
    write_nifti(onto(Volume(ct.voxels, ct.affine), viewing_grid(ct.grid)), view.ct)


def _without_overlay(page, name) -> np.ndarray:
    """What NiiVue's canvas alone shows of one picture, as grey."""
    page.evaluate("document.querySelector('[data-overlay]').hidden = true")
    picture = page.locator(f"[data-view={name}]").screenshot()
    page.evaluate("document.querySelector('[data-overlay]').hidden = false")
    return np.asarray(Image.open(io.BytesIO(picture)).convert("L")).astype(float)


def _side(page, name, shown) -> tuple[int, int]:
    """On which side of the crosshair the shown pixels lie."""
    assert shown.sum() > 100, f"nothing is seen in the {name} picture"
    x, y = page.evaluate(f"window.planPage.planes.get('{name}').toPixel(window.planPage.crosshair)")
    down, right = np.median(np.argwhere(shown), axis=0) - [y, x]
    return (int(np.sign(right)), 0) if abs(right) > abs(down) else (0, int(np.sign(down)))


@pytest.mark.real
@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
def test_on_a_clinical_scan_niivue_shows_each_pixel_where_its_dicom_file_says(planned, browse):
    """The chosen stack is turned by a degree, so values are interpolated: they agree, and their mirror does not."""
    archive = real("dicom") / "lumbar_clinical.zip"
    ct = read_ct(archive)
    around = ct.crop_around(ct.to_world((np.array(ct.shape) - 1) / 2)[None], 50.0)
    pixels = [(place, hu) for place, hu in pixels_of(archive, ct.identity.series_number) if around.grid.contains(place)]
    view = View.under(Spool(planned.site.records.store).drawn(planned.case.anatomy.digest))
    kept = view.ct.read_bytes()
    try:
        write_nifti(onto(Volume(around.voxels, around.affine), viewing_grid(around.grid)), view.ct)
        page = browse(planned.site, Role.RADIOLOGIST, size=SMALL)
        opened(page, planned)
        middle = around.grid.corners_mm.mean(axis=0)
        shown, mirrored, truth = [], [], []
        for place, hu in pixels[:150]:
            mirror = [2 * middle[0] - place[0], *place[1:]]
            shown.append(page.evaluate(LABEL_AT, place.tolist())["hu"])
            mirrored.append(page.evaluate(LABEL_AT, mirror)["hu"])
            truth.append(hu)
        assert len(truth) > 100
        right, wrong = (np.corrcoef(values, truth)[0, 1] for values in (shown, mirrored))
        assert right > 0.7  # single noisy pixels against voxels between two slices of 3 mm
        assert right - wrong > 0.3
    finally:
        view.ct.write_bytes(kept)


def pixels_of(archive, series_number):
    """Random pixels of a series' sagittal slices, each with its place as the file's own tags give it, and its HU."""
    random = np.random.default_rng(4)
    with zipfile.ZipFile(archive) as files:
        for name in files.namelist():
            data = pydicom.dcmread(io.BytesIO(files.read(name)), force=True)
            if str(data.get("SeriesNumber", "")) != series_number:
                continue
            row, column = np.array(data.ImageOrientationPatient, float).reshape(2, 3)
            if abs(np.cross(row, column)[0]) < 0.9:
                continue
            hu = data.pixel_array * float(data.RescaleSlope) + float(data.RescaleIntercept)
            for i, j in random.integers(100, 400, (40, 2)):
                step = row * j * data.PixelSpacing[1] + column * i * data.PixelSpacing[0]
                yield np.array(data.ImagePositionPatient, float) + step, float(hu[i, j])
