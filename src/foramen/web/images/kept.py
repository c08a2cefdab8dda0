"""Scans and anatomies as the store keeps them: arrays and what is known of them, exact to the last bit.

A file is a zip of `.npy` arrays and one `about.json`; the same content always gives the same bytes. What is read back
is what was written: the fingerprint that a plan names stays the scan's own.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.level_names import LevelNames
from foramen.anatomy.root import Root, Side
from foramen.anatomy.spine import Foramen, Frame, NerveRoot, Pedicle, RootEvidence, Spine, Vertebra
from foramen.anatomy.structures import Structure
from foramen.imaging.ct import Ct, ScanIdentity
from foramen.imaging.volume import Volume

FIRST_OF_1980 = (1980, 1, 1, 0, 0, 0)
QUICK = 1
"""Level of compression: a whole CT in about a second."""


def write_ct(ct: Ct, path: Path) -> None:
    """Keep a scan, whose it is included."""
    about = {"identity": asdict(ct.identity), "choice": ct.choice, "warnings": ct.warnings}
    _write(path, {"voxels": ct.voxels, "affine": ct.affine}, about)


def read_ct_kept(path: Path) -> Ct:
    """The scan that `write_ct` kept."""
    arrays, about = _read(path)
    return Ct(
        arrays["voxels"],
        arrays["affine"],
        identity=ScanIdentity(**about["identity"]),
        choice=about["choice"],
        warnings=tuple(about["warnings"]),
    )


def write_anatomy(anatomy: Anatomy, path: Path) -> None:
    """Keep an anatomy, the body's mask packed into bits."""
    labels = anatomy.structures
    arrays = {
        "structures": labels.voxels,
        "affine": labels.affine,
        "body": np.packbits(anatomy.body.voxels.astype(bool, copy=False)),
        "body_affine": anatomy.body.affine,
    }
    about = {
        "provider": anatomy.provider,
        "warnings": anatomy.warnings,
        "scheme": labels.scheme,
        "confidence": labels.confidence,
        "can_hold": sorted(int(s) for s in labels.can_hold),
        "estimated": sorted(int(s) for s in labels.estimated),
        "label_warnings": labels.warnings,
        "body_shape": anatomy.body.shape,
        "levels": asdict(anatomy.levels) if anatomy.levels else None,
        "spine": asdict(anatomy.spine),
    }
    _write(path, arrays, about)


def read_anatomy(path: Path) -> Anatomy:
    """The anatomy that `write_anatomy` kept."""
    arrays, about = _read(path)
    shape = tuple(about["body_shape"])
    body = np.unpackbits(arrays["body"], count=int(np.prod(shape))).astype(bool).reshape(shape)
    levels = about["levels"]
    return Anatomy(
        provider=about["provider"],
        structures=LabelMap(
            arrays["structures"],
            arrays["affine"],
            scheme=about["scheme"],
            confidence=about["confidence"],
            can_hold=frozenset(map(Structure, about["can_hold"])),
            estimated=frozenset(map(Structure, about["estimated"])),
            warnings=tuple(about["label_warnings"]),
        ),
        body=Volume(body, arrays["body_affine"]),
        spine=_spine(about["spine"]),
        warnings=tuple(about["warnings"]),
        levels=LevelNames(levels["confidence"], tuple(levels["evidence"]), levels["question"]) if levels else None,
    )


def _write(path: Path, arrays: Mapping[str, NDArray[Any]], about: Mapping[str, Any]) -> None:
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=QUICK) as kept:
        for name, array in arrays.items():
            with kept.open(_member(f"{name}.npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
        kept.writestr(_member("about.json"), json.dumps(about, default=_plain, sort_keys=True))


def _member(name: str) -> ZipInfo:
    info = ZipInfo(name, FIRST_OF_1980)
    info.compress_type = ZIP_DEFLATED
    return info


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} is not kept")


def _read(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    with ZipFile(path) as kept:
        arrays = {
            name.removesuffix(".npy"): np.lib.format.read_array(BytesIO(kept.read(name)), allow_pickle=False)
            for name in kept.namelist()
            if name.endswith(".npy")
        }
        return arrays, json.loads(kept.read("about.json"))


def _spine(told: dict[str, Any]) -> Spine:
    return Spine(
        vertebrae=tuple(_vertebra(v) for v in told["vertebrae"]),
        canal_centreline_mm=np.array(told["canal_centreline_mm"], dtype=np.float64).reshape(-1, 3),
        foramina=tuple(_foramen(f) for f in told["foramina"]),
        roots=tuple(_nerve(r) for r in told["roots"]),
        warnings=tuple(told["warnings"]),
    )


def _vertebra(told: dict[str, Any]) -> Vertebra:
    pedicles = {
        Side(side): Pedicle(Side(side), np.array(p["centre_mm"]), p["width_mm"], p["height_mm"])
        for side, p in told["pedicles"].items()
    }
    return Vertebra(
        level=told["level"],
        frame=_frame(told["frame"]),
        canal_centre_mm=np.array(told["canal_centre_mm"]),
        body_height_mm=told["body_height_mm"],
        pedicles=pedicles,
        confidence=told["confidence"],
        complete=told["complete"],
    )


def _frame(told: dict[str, Any]) -> Frame:
    return Frame(**{name: np.array(vector) for name, vector in told.items()})


def _foramen(told: dict[str, Any]) -> Foramen:
    points = {name: _maybe(told[name]) for name in ("centre_mm", "medial_mm", "lateral_mm")}
    return Foramen(
        root=_root(told["root"]),
        visible=told["visible"],
        reason=told["reason"],
        frame=_frame(told["frame"]) if told["frame"] else None,
        height_mm=told["height_mm"],
        width_mm=told["width_mm"],
        **points,
    )


def _nerve(told: dict[str, Any]) -> NerveRoot:
    along, across = told["ganglion_radii_mm"]
    return NerveRoot(
        root=_root(told["root"]),
        point_mm=np.array(told["point_mm"]),
        path_mm=np.array(told["path_mm"]),
        ganglion_mm=np.array(told["ganglion_mm"]),
        ganglion_radii_mm=(along, across),
        radius_mm=told["radius_mm"],
        uncertainty_mm=told["uncertainty_mm"],
        evidence=RootEvidence(told["evidence"]),
    )


def _root(told: dict[str, str]) -> Root:
    return Root(told["level"], Side(told["side"]))


def _maybe(vector: list[float] | None) -> NDArray[np.float64] | None:
    return None if vector is None else np.array(vector)
