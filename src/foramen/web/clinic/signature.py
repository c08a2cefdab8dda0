"""A signature as it comes from the page: a PNG that a hand drew, read with suspicion."""

import base64
import binascii
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from foramen.errors import InputError

START = "data:image/png;base64,"
LARGEST_BYTES = 500_000
LARGEST_SIDE = 4000
LEAST_INK_PIXELS = 40
"""Fewer dark pixels than this are a slip of the finger, no signature."""

UNREADABLE = "The signature can't be read; clear the field and sign again."


def signature_png(text: str) -> bytes | None:
    """The picture in a form's field; None where the field was left empty, or nothing was drawn in it.

    Raises
    ------
    InputError
        If it is no PNG, or one larger than a signature can be.
    """
    if not text:
        return None
    if not text.startswith(START) or len(text) > LARGEST_BYTES:
        raise InputError(UNREADABLE)
    try:
        data = base64.b64decode(text.removeprefix(START), validate=True)
        with Image.open(BytesIO(data), formats=("PNG",)) as picture:
            if max(picture.size) > LARGEST_SIDE:
                raise InputError(UNREADABLE)
            return data if _ink(picture) >= LEAST_INK_PIXELS else None
    except (binascii.Error, UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise InputError(UNREADABLE) from None


def _ink(picture: Image.Image) -> int:
    """How many pixels are drawn on."""
    return sum(picture.convert("RGBA").getchannel("A").histogram()[128:])
