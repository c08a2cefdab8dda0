"""Compressed pixels come back exactly, and a stream that lies about its size is never decoded."""

from pathlib import Path

import pytest
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames

from foramen.errors import InputError
from foramen.imaging import read_ct
from foramen.imaging.codestream import jpeg_2000_size, jpeg_size
from support.dicom_series import Series

SERIES = Series(columns=64, rows=48)


@pytest.mark.parametrize("syntax", [uid.RLELossless, uid.JPEG2000Lossless, uid.JPEGLSLossless])
def test_lossless_compression_changes_nothing(syntax: str, tmp_path: Path) -> None:
    plain = read_ct(SERIES.write(tmp_path / "plain"))
    packed = read_ct(SERIES.write(tmp_path / "packed", lambda data, n: data.compress(syntax)))
    assert packed.fingerprint == plain.fingerprint


@pytest.mark.parametrize("syntax", [uid.ImplicitVRLittleEndian, uid.ExplicitVRBigEndian])
def test_every_byte_order_is_read(syntax: uid.UID, tmp_path: Path) -> None:
    plain = read_ct(SERIES.write(tmp_path / "plain"))

    def reorder(data: Dataset, n: int) -> None:
        data.file_meta.TransferSyntaxUID = syntax
        if not syntax.is_little_endian:
            pixels = bytearray(data.PixelData)
            pixels[::2], pixels[1::2] = pixels[1::2], pixels[::2]
            data["PixelData"].value = bytes(pixels)
            data["PixelData"].VR = "OW"
            data.set_original_encoding(is_implicit_vr=False, is_little_endian=False)

    assert read_ct(SERIES.write(tmp_path / "other", reorder)).fingerprint == plain.fingerprint


@pytest.mark.parametrize(
    ("syntax", "mark", "at"),
    [(uid.JPEG2000Lossless, b"\xff\x4f\xff\x51", 8), (uid.JPEGLSLossless, b"\xff\xf7", 5)],
)
def test_a_stream_of_another_size_is_refused_before_decoding(
    syntax: str, mark: bytes, at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lie(data: Dataset, n: int) -> None:
        data.compress(syntax)
        frame = bytearray(next(generate_frames(data.PixelData, number_of_frames=1)))
        start = frame.find(mark) + at
        frame[start : start + 2] = b"\x7f\xff"
        data.PixelData = encapsulate([bytes(frame)])

    SERIES.write(tmp_path, lie)

    def never(*args: object, **kwargs: object) -> None:
        raise AssertionError("a decoder was asked")

    monkeypatch.setattr("foramen.imaging.dicom_pixels.get_decoder", never)
    with pytest.raises(InputError, match="cut short or damaged"):
        read_ct(tmp_path)


def test_sizes_are_found_where_the_standards_put_them() -> None:
    start_of_image, comment = b"\xff\xd8", b"\xff\xfe\x00\x06\xff\xc3zz"
    frame = b"\xff\xc3\x00\x0b\x10\x01\x23\x00\x45\x01\x01\x11\x00"
    assert jpeg_size(start_of_image + comment + frame) == (0x123, 0x45)
    assert jpeg_size(start_of_image + b"\xff\xff\xff\xf7" + frame[2:]) == (0x123, 0x45)
    assert jpeg_size(start_of_image + comment) is None
    assert jpeg_size(b"") is None
    size = (b.to_bytes(4, "big") for b in (500, 400, 20, 10))
    assert jpeg_2000_size(b"\xff\x4f\xff\x51\x00\x29\x00\x00" + b"".join(size)) == (390, 480)
    assert jpeg_2000_size(b"\xff\x4f\xff\x51\x00") is None
