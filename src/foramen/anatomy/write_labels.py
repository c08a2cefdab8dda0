"""Foramen's own label maps as files that it, and viewers that read names, understand again."""

from pathlib import Path
from xml.sax.saxutils import quoteattr

from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.structures import Structure
from foramen.imaging.nifti import write_nifti


def write_labels(labels: LabelMap, path: Path | str) -> None:
    """Write a label map as NIfTI with the names of its values in the header, as TotalSegmentator keeps them.

    Every structure that the map could hold is named, present or not: its absence is then known to mean something.

    Raises
    ------
    InputError
        If the folder can't be written to.
    """
    named = sorted(labels.can_hold | labels.present)
    entries = "".join(f"<Label Key={quoteattr(str(int(s)))}><![CDATA[{spelled(s)}]]></Label>" for s in named)
    text = f"<CaretExtension><VolumeInformation><LabelTable>{entries}</LabelTable></VolumeInformation></CaretExtension>"
    write_nifti(labels, path, extension=text)


def spelled(structure: Structure) -> str:
    """A structure's name in a file: `L5`, `kidney_left`."""
    return structure.name if structure.name[-1].isdigit() else structure.name.lower()
