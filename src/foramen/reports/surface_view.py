"""The 3-D view: spine, skin and needle as the operator sees them from behind the patient."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.root import Root, Side
from foramen.anatomy.structures import STRUCTURES_OF, Structure, Tissue
from foramen.imaging.volume import Volume
from foramen.planning.plan import Plan, PlannedRoot, Route
from foramen.reports.canvas import Canvas
from foramen.reports.marks import Caption, mark
from foramen.reports.palette import NERVE, ROUTE, WHITE, Colour
from foramen.reports.planes import CRANIAL, LEFT, POSTERIOR, Plane, axial, labels_at, sample_share
from foramen.reports.raycast import Surface, cast

VOXEL_MM = 1.25
PIXEL_MM = 0.36
SIZE_MM = (194.0, 256.0)
AROUND_MM = 135.0
"""How far around the routes bones and skin are drawn."""

TURN_DEG, RAISE_DEG = 35.0, 32.0
"""The viewer stands behind the patient, turned toward the root's side and raised toward the head."""

BONE_COLOUR = np.array([236, 226, 205], dtype=np.float32)
SKIN_COLOUR = np.array([176, 196, 214], dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Scene:
    """Smooth shares of bone and of the body on a fine grid around all routes, made once for all pictures."""

    bone: Volume
    skin: Volume

    @classmethod
    def of(cls, plan: Plan, anatomy: Anatomy) -> Self:
        """The scene around the recommended routes of a plan."""
        routes = [r for root in plan.roots for r in root.routes if r.recommended]
        points = np.array([p for r in routes for p in (r.entry_mm, r.target_mm)])
        box = np.array([points.min(axis=0) - AROUND_MM, points.max(axis=0) + AROUND_MM])
        corners = anatomy.structures.grid.corners_mm
        box = np.clip(box, corners.min(axis=0), corners.max(axis=0))
        bones = np.isin(np.arange(256), STRUCTURES_OF[Tissue.BONE])
        return cls(_shares(anatomy.structures, bones, box, 0.5), _shares(anatomy.body, np.arange(256) == 1, box, 1.0))


def draw_surface_view(scene: Scene, anatomy: Anatomy, planned: PlannedRoot, route: Route) -> Canvas:
    """Bones opaque, the root's own vertebra brightest, skin a thin veil; the needle dims where it is behind bone."""
    root = Root.parse(planned.root)
    view = viewpoint(np.array(route.target_mm), root.side)
    bone, skin = cast(scene.bone, view), cast(scene.skin, view)
    picture = _bone_colours(bone, view, anatomy, root)
    nerve = anatomy.spine.nerve(root)
    if nerve is not None:
        _draw_rod(picture, bone, view, nerve.path_mm, nerve.radius_mm, NERVE, hidden=0.0)
    _draw_needle(picture, bone, view, route)
    _veil(picture, skin, bone)
    canvas = Canvas(np.clip(picture, 0, 255).astype(np.uint8))
    mark(canvas, view, Caption(root.title, (f"From behind, {root.side.upper()} and above",), "", ""))
    return canvas


def viewpoint(target_mm: NDArray[np.float64], side: Side) -> Plane:
    """The picture whose viewer stands behind the patient, toward the root's side and a little above."""
    turn, rise = np.radians((TURN_DEG, RAISE_DEG))
    viewer = np.cos(rise) * (np.cos(turn) * POSTERIOR + side.sign * np.sin(turn) * LEFT) + np.sin(rise) * CRANIAL
    down = -(CRANIAL - (CRANIAL @ viewer) * viewer)
    down /= np.linalg.norm(down)
    return Plane.centred(target_mm, np.cross(down, -viewer), down, SIZE_MM, PIXEL_MM)


def _shares(volume: Volume, wanted: NDArray[np.bool_], box: NDArray[np.float64], blur: float) -> Volume:
    """Share of the wanted labels on a grid of equal steps, smoothed by `blur` of the scan's coarsest step."""
    low, high = box
    middle = (low + high) / 2
    heights = np.arange(low[2], high[2], VOXEL_MM)
    planes = [axial((*middle[:2], z), (high - low)[:2], VOXEL_MM) for z in heights]
    layers = np.stack([sample_share(volume, plane, wanted).T for plane in planes], axis=-1)
    sigma = blur * float(volume.spacing_mm.max()) / VOXEL_MM
    affine = np.diag([VOXEL_MM, VOXEL_MM, VOXEL_MM, 1.0])
    affine[:3, 3] = planes[0].corner_mm
    return Volume(np.ascontiguousarray(gaussian_filter(layers, max(sigma, 0.6), mode="constant")), affine)


def _bone_colours(bone: Surface, view: Plane, anatomy: Anatomy, root: Root) -> NDArray[np.float32]:
    light = bone.light * (0.85 + 0.45 * gaussian_filter(_own_vertebra(bone, view, anatomy, root).astype(np.float32), 2))
    far = np.clip((np.where(bone.met, bone.behind_mm, 0) + 60) / 160, 0, 1)
    picture: NDArray[np.float32] = BONE_COLOUR * (light * (1 - 0.55 * far))[..., None]
    return picture.astype(np.float32)


def _own_vertebra(bone: Surface, view: Plane, anatomy: Anatomy, root: Root) -> NDArray[np.bool_]:
    """Where the bone that a ray met is the vertebra that the root is named after."""
    inside = np.where(bone.met, bone.behind_mm, 0) + 2.0
    pixels = np.stack(np.meshgrid(range(view.width), range(view.height)), axis=-1)
    labels = labels_at(anatomy.structures, view.to_world(pixels) + inside[..., None] * view.away)
    own = [Structure[root.level]] + ([Structure.SACRUM] if root.level == "S1" else [])
    return bone.met & np.isin(labels, own)


def _draw_needle(picture: NDArray[np.float32], bone: Surface, view: Plane, route: Route) -> None:
    """The shaft from its hub to the tip, as long as the needle is, and the place where it meets the skin."""
    entry, target = np.array(route.entry_mm), np.array(route.target_mm)
    outward = (entry - target) / np.linalg.norm(entry - target)
    hub = entry + outward * max(route.needle.length_mm - route.depth_mm, 5.0)
    _draw_rod(picture, bone, view, np.stack([hub, target]), 1.1, ROUTE, hidden=0.45)
    _draw_rod(picture, bone, view, np.stack([hub + 14 * outward, hub]), 2.6, ROUTE, hidden=0.45)
    for point in (entry, target):
        _draw_rod(picture, bone, view, np.stack([point, point]), 2.2, WHITE, hidden=0.55)


def _draw_rod(
    picture: NDArray[np.float32],
    bone: Surface,
    view: Plane,
    course_mm: NDArray[np.float64],
    radius_mm: float,
    colour: Colour,
    *,
    hidden: float,
) -> None:
    """Draw a lit round rod along a course, shape (n, 3); where bone lies before it, at the opacity `hidden`."""
    pixels, depths, radius = view.to_pixel(course_mm), view.behind_mm(course_mm), radius_mm / view.pixel_mm
    size = (view.width, view.height)
    x0, y0 = np.clip(pixels.min(axis=0) - radius - 2, 0, size).astype(int)
    x1, y1 = np.clip(pixels.max(axis=0) + radius + 3, 0, size).astype(int)
    grid = np.stack(np.meshgrid(range(x0, x1), range(y0, y1)), axis=-1)
    away, behind = np.full(grid.shape[:2], np.inf), np.zeros(grid.shape[:2])
    for n in range(len(pixels) - 1):
        step = pixels[n + 1] - pixels[n]
        along = np.clip((grid - pixels[n]) @ step / max(step @ step, 1e-9), 0, 1)
        here = np.linalg.norm(grid - pixels[n] - along[..., None] * step, axis=-1)
        nearer = here < away
        away[nearer] = here[nearer]
        behind[nearer] = (depths[n] + along * (depths[n + 1] - depths[n]))[nearer]
    seen = behind - radius_mm < bone.behind_mm[y0:y1, x0:x1]
    share = (np.clip(radius + 0.5 - away, 0, 1) * np.where(seen, 1.0, hidden))[..., None]
    light = 0.45 + 0.55 * np.sqrt(np.clip(1 - (away / max(radius, 1)) ** 2, 0, 1))
    patch = picture[y0:y1, x0:x1]
    patch[:] = patch * (1 - share) + share * light[..., None] * np.array(colour)


def _veil(picture: NDArray[np.float32], skin: Surface, bone: Surface) -> None:
    """Lay the skin over the picture: clear where it faces the viewer, denser toward its outline."""
    before = skin.met & (skin.behind_mm < bone.behind_mm)
    opacity = np.where(before, 0.22 + 0.5 * (1 - skin.facing) ** 2.5, 0)[..., None]
    picture[:] = picture * (1 - opacity) + opacity * SKIN_COLOUR * (0.4 + 0.6 * skin.light[..., None])
