"""Drawing: smooth lines by their exact coverage of each pixel, and text, over a grey or coloured picture."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import matplotlib as mpl
import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw, ImageFont

from foramen.kernels import kernel
from foramen.reports.palette import BLACK, TEXT, Colour

FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"
"""DejaVu, which ships inside Matplotlib: no system font is assumed."""


@dataclass(frozen=True)
class Stroke:
    """How a line looks: its width and dashes in pixels, and a dark halo that keeps it readable on white bone."""

    colour: Colour
    width: float = 2.0
    opacity: float = 1.0
    dash: tuple[float, float] = (0.0, 0.0)
    halo: float = 0.0


class Canvas:
    """A picture being drawn, RGB uint8; pixel (x, y) has its centre at (x, y).

    Parameters
    ----------
    picture : array, shape (height, width) or (height, width, 3)
        Grey or RGB to draw upon; copied.
    """

    def __init__(self, picture: NDArray[np.uint8]) -> None:
        grey = picture.ndim == 2
        self.pixels = np.repeat(picture[..., None], 3, axis=-1) if grey else picture.copy()
        self.height, self.width = self.pixels.shape[:2]

    def line(self, points: ArrayLike, stroke: Stroke) -> None:
        """Draw one line through points, shape (n, 2)."""
        self.lines([np.asarray(points, dtype=np.float64)], stroke)

    def lines(self, lines: list[NDArray[np.float64]], stroke: Stroke) -> None:
        """Draw lines as one layer: where they cross, the opacity does not add up."""
        if not lines:
            return
        if stroke.halo:
            self._cover(lines, stroke.width + 2 * stroke.halo, stroke.dash, BLACK, 0.55 * stroke.opacity)
        self._cover(lines, stroke.width, stroke.dash, stroke.colour, stroke.opacity)

    def ring(self, centre: ArrayLike, radius: float, stroke: Stroke) -> None:
        """Draw a circle."""
        turn = np.linspace(0, 2 * np.pi, 73)
        self.line(np.asarray(centre) + radius * np.stack([np.cos(turn), np.sin(turn)], axis=-1), stroke)

    def dot(self, centre: ArrayLike, radius: float, colour: Colour) -> None:
        """Draw a filled disc."""
        point = np.asarray(centre, dtype=np.float64)
        self.line([point, point], Stroke(colour, 2 * radius))

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour, opacity: float = 1.0) -> None:
        """Fill a rectangle."""
        x0, x1 = (round(min(max(x, 0), self.width)) for x in (left, right))
        y0, y1 = (round(min(max(y, 0), self.height)) for y in (top, bottom))
        patch = self.pixels[y0:y1, x0:x1]
        patch[:] = patch * (1 - opacity) + np.array(colour) * opacity + 0.5

    def text(
        self,
        at: ArrayLike,
        words: str,
        *,
        size: int,
        colour: Colour = TEXT,
        anchor: str = "lm",
        bold: bool = False,
        halo: int = 3,
    ) -> None:
        """Write one line of text over a dark halo.

        Parameters
        ----------
        at : array-like, shape (2,)
            The anchor's pixel.
        words : str
        size : int
            Pixels of an em.
        anchor : str
            Pillow's: left, middle or right (l, m, r), then ascender, middle, baseline or descender (a, m, s, d).
        """
        ink, shade, (dx, dy) = _text_masks(words, size, bold, anchor, halo)
        x, y = (round(float(v)) for v in np.asarray(at))
        self._blend(x + dx, y + dy, shade, BLACK)
        self._blend(x + dx, y + dy, ink, colour)

    def image(self) -> Image.Image:
        """The finished picture."""
        return Image.fromarray(self.pixels)

    def _cover(
        self, lines: list[NDArray[np.float64]], width: float, dash: tuple[float, float], colour: Colour, opacity: float
    ) -> None:
        points = np.concatenate(lines)
        margin = width / 2 + 2
        x0, y0 = np.maximum(np.floor(points.min(axis=0) - margin), 0).astype(int)
        x1, y1 = np.minimum(np.ceil(points.max(axis=0) + margin) + 1, (self.width, self.height)).astype(int)
        if x1 <= x0 or y1 <= y0:
            return
        coverage = np.zeros((y1 - y0, x1 - x0), dtype=np.float32)
        for line in lines:
            _cover_line(coverage, line - (x0, y0), width / 2, dash[0], dash[1])
        self._blend(int(x0), int(y0), coverage * np.float32(opacity), colour)

    def _blend(self, x: int, y: int, coverage: NDArray[np.float32], colour: Colour) -> None:
        x0, y0 = max(x, 0), max(y, 0)
        x1, y1 = min(x + coverage.shape[1], self.width), min(y + coverage.shape[0], self.height)
        if x1 <= x0 or y1 <= y0:
            return
        share = coverage[y0 - y : y1 - y, x0 - x : x1 - x, None]
        patch = self.pixels[y0:y1, x0:x1]
        patch[:] = patch * (1 - share) + np.array(colour, dtype=np.float32) * share + np.float32(0.5)


def shifted(at: ArrayLike, right: float, down: float) -> NDArray[np.float64]:
    """A pixel moved to the right and down."""
    return np.array([right, down], dtype=np.float64) + np.asarray(at, dtype=np.float64)


def text_width(words: str, size: int, *, bold: bool = False) -> float:
    """Pixels that a line of text takes."""
    return float(_font(size, bold).getlength(words))


@lru_cache(maxsize=32)
def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(FONTS / name), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=512)
def _text_masks(
    words: str, size: int, bold: bool, anchor: str, halo: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], tuple[int, int]]:
    """Coverage of the letters and of their halo, and where both begin relative to the anchor."""
    font = _font(size, bold)
    left, top, right, bottom = (int(v) for v in font.getbbox(words, anchor=anchor, stroke_width=halo))
    left, top = left - 1, top - 1
    masks: list[NDArray[np.float32]] = []
    for stroke in (0, halo):
        mask = Image.new("L", (right - left + 2, bottom - top + 2))
        ImageDraw.Draw(mask).text((-left, -top), words, fill=255, font=font, anchor=anchor, stroke_width=stroke)
        masks.append((np.asarray(mask) / 255).astype(np.float32))
    return masks[0], (masks[1] * 0.75).astype(np.float32), (left, top)


@kernel()
def _cover_line(
    coverage: NDArray[np.float32], points: NDArray[np.float64], half_width: float, dash_on: float, dash_off: float
) -> None:
    """Raise each pixel's coverage by how much of it a line with round ends takes; dashes run along its length."""
    height, width = coverage.shape
    run = 0.0
    reach = half_width + 1
    for n in range(len(points) - 1):
        ax, ay = points[n]
        bx, by = points[n + 1]
        dx, dy = bx - ax, by - ay
        length = np.sqrt(dx * dx + dy * dy)
        for y in range(max(0, int(min(ay, by) - reach)), min(height, int(max(ay, by) + reach) + 2)):
            for x in range(max(0, int(min(ax, bx) - reach)), min(width, int(max(ax, bx) + reach) + 2)):
                t = ((x - ax) * dx + (y - ay) * dy) / (length * length) if length > 0 else 0.0
                t = min(max(t, 0.0), 1.0)
                if dash_on > 0 and (run + t * length) % (dash_on + dash_off) > dash_on:
                    continue
                away = np.sqrt((x - ax - t * dx) ** 2 + (y - ay - t * dy) ** 2)
                share = min(max(half_width + 0.5 - away, 0.0), 1.0)
                coverage[y, x] = max(coverage[y, x], share)
        run += length
