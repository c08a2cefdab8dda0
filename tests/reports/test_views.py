"""Every picture shows the route where it is: what is drawn maps back to the patient."""

from itertools import pairwise

import numpy as np
import pytest

from foramen.anatomy.root import Root, Side
from foramen.reports.axial_view import AxialField, draw_axial_view, midline_x
from foramen.reports.needle_view import PIXEL_MM, NeedleField, draw_needle_view
from foramen.reports.outlines import contours
from foramen.reports.overview import draw_coronal_overview
from foramen.reports.palette import ROUTE
from foramen.reports.passage import nearest_approaches, passage
from foramen.reports.planes import axial, direction_letters
from foramen.reports.raycast import cast
from foramen.reports.side_view import SideField, draw_side_view
from foramen.reports.surface_view import Scene, draw_surface_view, viewpoint
from foramen.reports.windows import BONE
from support.report_patient import STORAGES, patient, plan_for, planned, route_to

ROOTS = [Root("L4", Side.LEFT), Root("L5", Side.RIGHT)]
STORED = ["left posterior head", "axes turned and reversed", "oblique, turned and reversed"]


def route_pixels(canvas, width: int) -> np.ndarray:
    """Pixels (x, y) in the route's blue, left of `width`."""
    blue = (np.abs(canvas.pixels[:, :width].astype(int) - ROUTE) < 6).all(axis=-1)
    y, x = np.nonzero(blue)
    return np.stack([x, y], axis=-1)


def off_the_route(points, route) -> np.ndarray:
    """Distance of points from the line of a route, mm, and how far along it they lie, 0 entry to 1 target."""
    entry, shaft = np.array(route.entry_mm), np.subtract(route.target_mm, route.entry_mm)
    along = (points - entry) @ shaft / (shaft @ shaft)
    return np.linalg.norm(points - entry - along[:, None] * shaft, axis=1), along


@pytest.mark.parametrize("root", ROOTS, ids=str)
@pytest.mark.parametrize("storage", STORED)
def test_the_needle_drawn_along_its_plane_is_the_planned_one(storage, root):
    ct, anatomy = patient(storage)
    found = planned(root, tilt_deg=6.0)
    best = found.routes[0]
    field = NeedleField.of(plan_for(ct, anatomy, found))
    plane = field.plane(best)
    pixels = route_pixels(draw_needle_view(ct, anatomy, found, best, field, BONE), plane.width)
    away, along = off_the_route(plane.to_world(pixels), best)
    assert away.max() < 14 * PIXEL_MM
    assert np.median(away) < 3 * PIXEL_MM
    assert along.min() < 0.02
    assert along.max() > 0.99


@pytest.mark.parametrize("root", ROOTS, ids=str)
@pytest.mark.parametrize("storage", STORED)
def test_the_needle_dropped_on_slices_runs_from_entry_to_target(storage, root):
    ct, anatomy = patient(storage)
    found = planned(root)
    best, plan = found.routes[0], plan_for(ct, anatomy, found)
    across, side = AxialField.of(plan), SideField.of(plan)
    drawn = [
        (draw_axial_view(ct, anatomy, found, best, across), across.plane(best)),
        (draw_side_view(ct, anatomy, found, best, side), side.plane(best)),
    ]
    for canvas, plane in drawn:
        pixels = route_pixels(canvas, plane.width)
        entry, target = plane.to_pixel([best.entry_mm, best.target_mm])
        for end in (entry, target):
            assert np.linalg.norm(pixels - end, axis=1).min() < 12
        way = (target - entry) / np.linalg.norm(target - entry)
        aside = (pixels - entry) @ np.array([-way[1], way[0]])
        assert np.abs(aside).max() < 13


@pytest.mark.parametrize("root", ROOTS, ids=str)
def test_the_midline_is_the_one_the_plan_measured_from(root):
    best = planned(root).routes[0]
    assert midline_x(best, root) == pytest.approx(0.0, abs=1e-9)


def test_every_root_of_a_report_has_the_same_crop_and_scale():
    ct, anatomy = patient()
    all_found = [planned(root) for root in ROOTS]
    plan = plan_for(ct, anatomy, *all_found)
    along, across = NeedleField.of(plan), AxialField.of(plan)
    planes = [(along.plane(f.routes[0]), across.plane(f.routes[0])) for f in all_found]
    (needle_a, axial_a), (needle_b, axial_b) = planes
    assert (needle_a.width, needle_a.height, needle_a.pixel_mm) == (needle_b.width, needle_b.height, needle_b.pixel_mm)
    assert axial_a.corner_mm[:2] == pytest.approx(axial_b.corner_mm[:2])
    for found, (plane, _) in zip(all_found, planes, strict=True):
        ends = plane.to_pixel([found.routes[0].entry_mm, found.routes[0].target_mm])
        assert (ends[:, 1] < plane.height - 30 / PIXEL_MM).all()


def test_names_of_roots_stand_on_their_own_side_of_the_overview():
    ct, anatomy = patient()
    left, right = planned(Root("L4", Side.LEFT)), planned(Root("L4", Side.RIGHT))
    only_left = draw_coronal_overview(ct, anatomy, plan_for(ct, anatomy, left))
    only_right = draw_coronal_overview(ct, anatomy, plan_for(ct, anatomy, right))
    middle = only_left.width / 2
    assert route_pixels(only_left, only_left.width)[:, 0].min() > middle
    assert route_pixels(only_right, only_right.width)[:, 0].max() < middle


@pytest.mark.parametrize("storage", STORAGES)
def test_an_outline_lies_on_the_surface_it_outlines(storage):
    _, anatomy = patient(storage)
    plane = axial((0, 0, 0), (320, 240), 0.5)
    (skin,) = contours(anatomy.body, plane, np.arange(256) == 1)
    x, y, _ = plane.to_world(skin).T
    assert np.hypot(x / 140, y / 90) == pytest.approx(np.ones(len(skin)), abs=0.025)


def test_the_depth_scale_names_what_is_passed_in_order():
    ct, anatomy = patient()
    best = route_to(Root("L5", Side.LEFT))
    spans = passage(ct, anatomy, best, 30)
    assert [span.name for span in spans][:2] == ["fat", "soft tissue"]
    assert spans[0].start_mm == 0
    assert all(a.stop_mm == b.start_mm for a, b in pairwise(spans))
    into_bone = route_to(Root("L4", Side.LEFT), angle_deg=50, tilt_deg=25)
    through = passage(ct, anatomy, into_bone, 60)
    assert any(span.solid for span in through if span.start_mm > into_bone.depth_mm)


def test_the_nearest_approach_stands_at_its_depth():
    _, anatomy = patient()
    best = route_to(Root("L4", Side.RIGHT))
    bone, sac = nearest_approaches(anatomy.structures, best)
    assert (bone.clearance_mm, sac.clearance_mm) == (6.4, 14.0)
    assert bone.depth_mm == pytest.approx(best.depth_mm, abs=8)


@pytest.mark.parametrize("side", Side)
def test_the_3d_view_is_seen_from_behind_the_roots_own_side(side):
    view = viewpoint(np.zeros(3), side)
    letters = direction_letters(-view.away)
    assert letters[0] == "P"
    assert ("L" if side is Side.LEFT else "R") in letters
    assert view.edges["left"].startswith("L")
    assert view.edges["right"].startswith("R")


def test_rays_meet_a_ball_where_it_is():
    _, anatomy = patient()
    view = viewpoint(np.array([10.0, 5.0, 20.0]), Side.LEFT)
    index = np.stack(np.meshgrid(*(np.arange(n) for n in (80, 70, 60)), indexing="ij"), axis=-1) * 1.5 - 50.0
    away = np.linalg.norm(index - (10, 5, 20), axis=-1)
    affine = np.diag([1.5, 1.5, 1.5, 1])
    affine[:3, 3] = -50
    ball = type(anatomy.body)(np.clip(0.5 + (20 - away) / 3, 0, 1).astype(np.float32), affine)
    surface = cast(ball, view)
    assert surface.met.sum() * view.pixel_mm**2 == pytest.approx(np.pi * 20**2, rel=0.02)
    y, x = (round(v) for v in ((view.height - 1) / 2, (view.width - 1) / 2))
    assert surface.behind_mm[y, x] == pytest.approx(-20, abs=0.3)
    assert surface.facing[y, x] == pytest.approx(1, abs=0.02)
    rows, columns = np.nonzero(surface.met)
    assert (columns.mean(), rows.mean()) == pytest.approx(((view.width - 1) / 2, (view.height - 1) / 2), abs=1)


def test_the_3d_view_shows_bone_skin_and_needle():
    ct, anatomy = patient()
    found = planned(Root("L4", Side.LEFT))
    scene = Scene.of(plan_for(ct, anatomy, found), anatomy)
    canvas = draw_surface_view(scene, anatomy, found, found.routes[0])
    view = viewpoint(np.array(found.routes[0].target_mm), Side.LEFT)
    x, y = view.to_pixel(np.mean([found.routes[0].entry_mm, found.routes[0].target_mm], axis=0)).astype(int)
    red, _, blue = canvas.pixels[y, x].astype(int)
    assert blue > red + 60
    bright = canvas.pixels[150:560, 60:480].min(axis=-1)
    assert (bright > 120).mean() > 0.02
    assert (bright > 15).mean() > 0.2
