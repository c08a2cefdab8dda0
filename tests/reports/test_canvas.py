import numpy as np
import pytest

from foramen.reports.canvas import Canvas, Stroke, text_width
from foramen.reports.marks import MARGIN, scale_bar
from foramen.reports.planes import axial
from foramen.reports.windows import BONE, SOFT_TISSUE

WHITE = (255, 255, 255)


def blank(width=300, height=200) -> Canvas:
    return Canvas(np.zeros((height, width), dtype=np.uint8))


def ink(canvas: Canvas) -> float:
    """White in pixels' worth."""
    return float(canvas.pixels[..., 0].sum()) / 255


@pytest.mark.parametrize("degrees", [0, 17, 45, 90, 200])
def test_a_line_takes_as_much_ink_as_its_length_and_width(degrees):
    canvas = blank()
    way = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    canvas.line([np.array([150, 100]) - 40 * way, np.array([150, 100]) + 40 * way], Stroke(WHITE, 4.0))
    assert ink(canvas) == pytest.approx(80 * 4 + np.pi * 4, rel=0.03)


def test_a_dashed_line_takes_its_share():
    canvas = blank()
    canvas.line([(20, 100), (260, 100)], Stroke(WHITE, 3.0, dash=(10, 10)))
    assert ink(canvas) == pytest.approx(240 * 3 / 2, rel=0.15)


def test_opacity_mixes_and_crossing_lines_of_one_layer_do_not_add_up():
    canvas = blank()
    cross = [np.array([[20.0, 100], [260, 100]]), np.array([[150.0, 20], [150, 180]])]
    canvas.lines(cross, Stroke(WHITE, 5.0, 0.35))
    assert canvas.pixels[100, 150] == pytest.approx(np.full(3, 0.35 * 255), abs=1)
    assert canvas.pixels.max() == canvas.pixels[100, 50, 0]


def test_what_leaves_the_picture_is_cut_off():
    canvas = blank()
    canvas.line([(-500, 100), (900, 100)], Stroke(WHITE, 2.0))
    canvas.line([(-500, -100), (-400, -300)], Stroke(WHITE, 2.0))
    canvas.text((295, 195), "beyond", size=20)
    canvas.box(-10, -10, 5, 5, WHITE)
    assert (canvas.pixels[100] == 255).all()


@pytest.mark.parametrize(("anchor", "columns"), [("lm", slice(0, 149)), ("rm", slice(152, 300))])
def test_text_stands_on_its_side_of_the_anchor(anchor, columns):
    canvas = blank()
    canvas.text((150, 100), "L5 LEFT", size=20, colour=WHITE, anchor=anchor)
    assert canvas.pixels[:, columns].max() == 0
    rows, across = np.nonzero(canvas.pixels[..., 0])
    assert rows.mean() == pytest.approx(100, abs=2)
    assert np.ptp(across) == pytest.approx(text_width("L5 LEFT", 20), abs=4)


@pytest.mark.parametrize("pixel_mm", [0.2, 0.36, 0.5])
def test_the_scale_bar_is_as_long_as_it_says(pixel_mm):
    plane = axial((0, 0, 0), (200, 60), pixel_mm)
    canvas = blank(plane.width, plane.height)
    scale_bar(canvas, plane)
    row = canvas.pixels[plane.height - MARGIN - 11, :, 0] > 200
    bar = np.flatnonzero(row)
    run = next(part for part in np.split(bar, np.flatnonzero(np.diff(bar) > 1) + 1) if len(part) > 30)
    assert len(run) * pixel_mm == pytest.approx(50, abs=4 * pixel_mm)


@pytest.mark.parametrize("window", [BONE, SOFT_TISSUE])
def test_a_window_runs_from_black_to_white(window):
    edges = window.level_hu + np.array([-0.5, 0, 0.5]) * window.width_hu
    assert window.grey(edges).tolist() == [0, 128, 255]
    assert window.grey(np.array([np.nan, -3000.0, 3000.0])).tolist() == [0, 0, 255]
    assert f"W {window.width_hu} L {window.level_hu}" in window.title
