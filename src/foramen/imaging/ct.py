"""A CT: a volume in HU, with what is known of where it came from."""

from dataclasses import dataclass, field

from foramen.imaging.volume import Volume


@dataclass(frozen=True)
class ScanIdentity:
    """Whose scan it is and which. Goes into reports and result files, never into logs, names or error texts.

    Every field is empty where the file does not say (NIfTI and NRRD say nothing).
    """

    patient_name: str = ""
    patient_id: str = ""
    birth_date: str = ""
    sex: str = ""
    study_date: str = ""
    study_description: str = ""
    series_number: str = ""
    series_description: str = ""
    series_uid: str = ""
    study_uid: str = ""
    frame_of_reference_uid: str = ""
    patient_position: str = ""
    manufacturer: str = ""
    kernel: str = ""


@dataclass(frozen=True, eq=False)
class Ct(Volume):
    """A CT in HU (int16) on a straight grid.

    Parameters
    ----------
    voxels, affine
        See `Volume`. The grid is straight: tilted scans were resampled by the reader, and `warnings` says so.
    identity : ScanIdentity
        Whose scan, and which.
    choice : str
        Which series or stack was read and why, in words; empty where there was only one.
    warnings : tuple of str
        What a person must know before believing the scan: tilt resampled, unequal slices, and the like.
    """

    identity: ScanIdentity = field(default_factory=ScanIdentity)
    choice: str = ""
    warnings: tuple[str, ...] = ()
