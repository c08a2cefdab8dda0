"""An upload on its way to disk: streamed part by part, counted while it comes, and gone at once where it is refused."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from fastapi import Request
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.datastructures import FormData, UploadFile

from foramen.web.faults import RequestError

GIB = 1 << 30
MOST_BYTES = 2 * GIB
MOST_FILES = 5_000
MOST_FIELD_BYTES = 4_096
MOST_FIELDS = 40
"""The limits of an upload (`ecosystem.md` §9). What is in the files, the bounded readers judge."""

TOO_LARGE = f"That is more than {MOST_BYTES // GIB} GiB; send one series, not the whole study."
TOO_MANY = f"Those are more than {MOST_FILES} files; send one series, not the whole study."
NOT_A_FORM = "That is no upload; choose the files on the page and send them from there."

SUFFIXES = (".nii.gz", ".nii", ".nrrd", ".nhdr", ".zip", ".dcm")


@dataclass
class Received:
    """What a form held: its words by name, and how many files each of its file fields brought."""

    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)


async def receive(request: Request, folders: dict[str, Path]) -> Received:
    """Write the files of a form into folders by the field they come in, under names that say nothing.

    Raises
    ------
    RequestError
        413 or 422, in one sentence, if it is too much or no form; the caller forgets the folders.
    """
    kept: FormData | None = getattr(request, "_form", None)
    if kept is not None:  # a plain form, which the token's check has read
        try:
            return _of_form(kept, folders)
        finally:
            await kept.close()
    if int(request.headers.get("content-length") or 0) > MOST_BYTES:
        raise RequestError(413, TOO_LARGE)
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise RequestError(422, NOT_A_FORM)
    writer = _Writer(folders)
    parser = MultipartParser(options[b"boundary"], writer.callbacks())  # type: ignore[arg-type]
    try:
        async for chunk in request.stream():
            writer.count(len(chunk))
            parser.write(chunk)
        parser.finalize()
    except ValueError:
        raise RequestError(422, NOT_A_FORM) from None
    finally:
        writer.close()
    return writer.received


def neutral_name(number: int, name: str) -> str:
    """A name that keeps only what kind of file it is: names of files can be names of people."""
    suffix = next((suffix for suffix in SUFFIXES if name.lower().endswith(suffix)), "")
    return f"File {number}{suffix}"


class _Writer:
    """Takes the parser's callbacks and writes what they bring."""

    def __init__(self, folders: dict[str, Path]) -> None:
        self.received = Received()
        self._folders = folders
        self._bytes = 0
        self._name = self._value = b""
        self._headers: dict[bytes, bytes] = {}
        self._field, self._words = "", b""
        self._open: BinaryIO | None = None

    def callbacks(self) -> dict[str, object]:
        """For the parser."""
        return {
            "on_part_begin": self._part_begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
        }

    def count(self, more: int) -> None:
        """Count what comes over the wire."""
        self._bytes += more
        if self._bytes > MOST_BYTES:
            raise RequestError(413, TOO_LARGE)

    def close(self) -> None:
        """Let go of a file that was cut off."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _part_begin(self) -> None:
        self._headers, self._words, self._name, self._value = {}, b"", b"", b""

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._field = options.get(b"name", b"").decode("utf-8", "replace")
        filename = options.get(b"filename")
        if not filename:
            return
        if self._field not in self._folders:
            raise RequestError(422, NOT_A_FORM)
        number = sum(self.received.files.values()) + 1
        if number > MOST_FILES:
            raise RequestError(413, TOO_MANY)
        path = self._folders[self._field] / neutral_name(number, filename.decode("utf-8", "replace"))
        self._open = path.open("xb")
        self.received.files[self._field] = self.received.files.get(self._field, 0) + 1

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._open is not None:
            self._open.write(data[start:end])
            return
        self._words += data[start:end]
        if len(self._words) > MOST_FIELD_BYTES:
            raise RequestError(422, NOT_A_FORM)

    def _part_end(self) -> None:
        if self._open is not None:
            self.close()
        elif b"filename" not in self._headers.get(b"content-disposition", b""):
            self.received.fields[self._field] = self._words.decode("utf-8", "replace").strip()
            if len(self.received.fields) > MOST_FIELDS:
                raise RequestError(422, NOT_A_FORM)


def _of_form(form: FormData, folders: dict[str, Path]) -> Received:
    received = Received()
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if not value.filename or name not in folders:
                continue
            number = sum(received.files.values()) + 1
            with (folders[name] / neutral_name(number, value.filename)).open("xb") as file:
                shutil.copyfileobj(value.file, file)
            received.files[name] = received.files.get(name, 0) + 1
        else:
            received.fields[name] = value.strip()
    return received
