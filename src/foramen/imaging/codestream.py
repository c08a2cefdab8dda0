"""The size that compressed pixel data claims for itself, read before a decoder believes it and allocates."""

J2K_SIZE = b"\xff\x4f\xff\x51"
STANDALONE_MARKERS = {0x01, *range(0xD0, 0xD9)}
NOT_A_FRAME = {0xC4, 0xC8, 0xCC}
JPEG_LS_FRAME = 0xF7


def jpeg_size(frame: bytes) -> tuple[int, int] | None:
    """Rows and columns in a JPEG or JPEG-LS stream (ITU-T T.81 §B.2.2, T.87 §C.2.2); None where it does not say."""
    at = 2
    while at + 9 <= len(frame) and frame[at] == 0xFF:
        marker = frame[at + 1]
        if marker == 0xFF or marker in STANDALONE_MARKERS:
            at += 1 if marker == 0xFF else 2
            continue
        if marker == JPEG_LS_FRAME or (0xC0 <= marker <= 0xCF and marker not in NOT_A_FRAME):
            return _number(frame, at + 5, 2), _number(frame, at + 7, 2)
        at += 2 + _number(frame, at + 2, 2)
    return None


def jpeg_2000_size(frame: bytes) -> tuple[int, int] | None:
    """Rows and columns in a JPEG 2000 codestream, bare or in a JP2 file (ITU-T T.800 §A.5.1)."""
    start = frame.find(J2K_SIZE, 0, 4096)
    if start < 0 or start + 24 > len(frame):
        return None
    right, bottom, left, top = (_number(frame, start + 8 + 4 * n, 4) for n in range(4))
    return bottom - top, right - left


def _number(frame: bytes, at: int, length: int) -> int:
    return int.from_bytes(frame[at : at + length], "big")
