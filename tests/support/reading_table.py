"""What becomes of every item of the data folder: the table of `docs/reading.md`.

`python tests/support/reading_table.py` prints it anew.
"""

import tempfile
import zipfile
from pathlib import Path

from foramen.errors import InputError
from foramen.imaging import read_ct

QUIRKS = [
    *("dcmqi/24x38x3", "dcmqi/24x38x3/mf.dcm", "dcmqi/24x38x3/label.seg", "dcmqi/24x38x3/label.nrrd"),
    *("dcmqi/ct-3slice", "dicom2nifti/gantrytilting_001", "dicom2nifti/notavolume_001"),
    *("dicom2nifti/sliceincrement_001", "dicom2nifti/sliceincrement_002"),
    *("gantry_tilt_philips_neg18.5", "gantry_tilt_ge_variable_spacing"),
    *("fo-dicom/GH1308.dcm", "fo-dicom/GH1728.dcm", "fo-dicom/CT-MONO2-16-ankle"),
    *("fo-dicom/CT1_J2KI", "fo-dicom/D_CLUNIE_CT1_RLE_FRAGS.dcm"),
    *(f"nema_wg04_ct/CT{n}_{kind}" for n in (1, 2) for kind in ("J2KI", "J2KR", "JLSL", "JLSN", "JPLL", "RLE")),
    *("nema_wg04_ct/CT1_UNC.zst", "nema_wg04_ct/CT2_UNC.zst"),
    *(f"pydicom_data/{name}.dcm" for name in ("693_J2KR", "693_UNCI", "693_UNCR", "bad_sequence")),
    *("pydicom_data/eCT_Supplemental.dcm", "pydicom_data/explicit_VR-UN.dcm"),
]
"""Every item of `dicom/quirks.zip`: folders that are one series, and files that stand alone."""

OTHERS = [
    *("dicom/quirks.zip", "dicom/lumbar_clinical.zip", "dicom/visible_human_pelvis.zip"),
    *("dicom/upper_abdomen_jpeg2000_no_sop_class.zip", "ct/torso_3mm/ct.nii.gz", "ct/chest_to_L2/ct.nii.gz"),
    *("ct/verse014/sub-verse014_ct.nii.gz", "ct/L3_crop/sub-ct_label-22_ct.nii.gz"),
    *("ct/torso_3mm/labels_totalsegmentator_v1.nii.gz", "xray/rf_0015.dcm", "xray/xa_0002.dcm"),
]
"""The other scans of the data folder."""


def outcome(path: Path) -> str:
    """What `read_ct` makes of a path, as the table says it."""
    try:
        ct = read_ct(path)
    except InputError as refusal:
        return f"refused: {refusal}"
    shape = " × ".join(map(str, ct.shape))
    spacing = " × ".join(f"{step:.2f}" for step in ct.spacing_mm)
    chosen = [f"Series {ct.choice.partition(' (')[0]} was chosen."] if ct.choice else []
    return " ".join([f"read: {shape} voxels of {spacing} mm.", *chosen, *ct.warnings])


def rows(data: Path, quirks: Path) -> dict[str, str]:
    """Outcome by item; `quirks` is where the quirks archive was unpacked."""
    return {name: outcome(quirks / name) for name in QUIRKS} | {name: outcome(data / name) for name in OTHERS}


def documented(page: str) -> dict[str, str]:
    """The rows that a page shows."""
    cells = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| `")]
    return {row[0].strip("`"): row[1] for row in cells if row[1].startswith(("read: ", "refused: "))}


if __name__ == "__main__":
    from real_data import DATA

    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(DATA / "dicom" / "quirks.zip").extractall(folder)
        for item, what in rows(DATA, Path(folder)).items():
            print(f"| `{item}` | {what} |")  # noqa: T201
