"""What a scan is: volumes, reading and resampling."""

from foramen.imaging.ct import Ct, ScanIdentity
from foramen.imaging.image import Image, read_image
from foramen.imaging.nifti import write_nifti
from foramen.imaging.read_ct import list_series, read_ct
from foramen.imaging.resample import resample
from foramen.imaging.stack import Stack
from foramen.imaging.volume import Grid, Volume

__all__ = [
    "Ct",
    "Grid",
    "Image",
    "ScanIdentity",
    "Stack",
    "Volume",
    "list_series",
    "read_ct",
    "read_image",
    "resample",
    "write_nifti",
]
