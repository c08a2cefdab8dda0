"""Who finds the anatomy: one choice, made here and nowhere else."""

from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from foramen.anatomy import totalsegmentator
from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.corrections import Corrections, corrected
from foramen.anatomy.from_labels import from_labels
from foramen.anatomy.geometric import find_structures
from foramen.anatomy.geometric.level_sizes import with_sizes
from foramen.anatomy.level_names import Anchor
from foramen.anatomy.read_labels import read_labels
from foramen.errors import InputError, UsageError
from foramen.imaging.ct import Ct
from foramen.progress import Progress, silent


class Provider(StrEnum):
    """Who finds the structures; `auto` takes given labels, else TotalSegmentator where installed, else geometry."""

    AUTO = "auto"
    LABELS = "labels"
    GEOMETRIC = "geometric"
    TOTALSEGMENTATOR = "totalsegmentator"


def find_anatomy(
    ct: Ct,
    *,
    provider: str = Provider.AUTO,
    labels: Path | None = None,
    scheme: str | None = None,
    anchor: Anchor | None = None,
    corrections: Corrections | None = None,
    progress: Progress = silent,
) -> Anatomy:
    """Find the anatomy of a CT.

    Parameters
    ----------
    ct : Ct
        The scan.
    provider : str
        One of `Provider`.
    labels, scheme : path and str, optional
        A label map, and its convention where it is not recognised.
    anchor : Anchor, optional
        A vertebra that the user named; only the geometric provider has to be told.
    corrections : Corrections, optional
        What a person corrected; its named level is the anchor where none is given.
    progress : Progress
        Told of each stage.

    Returns
    -------
    Anatomy
        Its `provider` says who found it; its first warnings say where a level is not certain.

    Raises
    ------
    UsageError
        If the choice contradicts what was given.
    InputError
        If the provider can't find a spine.
    """
    anchor = anchor or (corrections.anchor if corrections else None)
    chosen = _chosen(provider, labels, anchor)
    if chosen is Provider.GEOMETRIC:
        anatomy = _geometric(ct, anchor, progress)
    elif chosen is Provider.TOTALSEGMENTATOR:
        made = totalsegmentator.segment(ct, progress)
        anatomy = replace(from_labels(ct, made, progress), provider=str(chosen))
    else:
        assert labels is not None
        anatomy = from_labels(ct, read_labels(labels, ct, scheme=scheme, progress=progress), progress)
    return corrected(anatomy, corrections) if corrections else anatomy


def require_certain_levels(anatomy: Anatomy) -> None:
    """Refuse to plan on levels that nobody is sure of, unless a person answers for them.

    A plan for the wrong level harms, and a warning on paper is overlooked: so the question stops the work by default.

    Raises
    ------
    InputError
        If Foramen named the levels and is not certain; the sentence says where the bodies lie and how to name one.
    """
    if anatomy.levels is not None and not anatomy.levels.certain:
        raise InputError(f"The level is not certain: {anatomy.levels.question}")


def _chosen(provider: str, labels: Path | None, anchor: Anchor | None) -> Provider:
    if provider not in list(Provider):
        raise UsageError(f"'{provider}' finds no anatomy; choose one of {', '.join(Provider)}.")
    chosen = Provider(provider)
    if chosen is Provider.AUTO:
        learned = totalsegmentator.is_installed() and anchor is None
        chosen = Provider.LABELS if labels else Provider.TOTALSEGMENTATOR if learned else Provider.GEOMETRIC
    if chosen is Provider.LABELS and labels is None:
        raise UsageError("--anatomy labels needs the label map: give it with --labels.")
    if chosen is not Provider.LABELS and labels is not None:
        raise UsageError(f"--labels gives the anatomy already; leave out --anatomy {chosen}.")
    if chosen is not Provider.GEOMETRIC and anchor is not None:
        raise UsageError(f"The {chosen} anatomy names its levels itself; an anchor serves --anatomy geometric only.")
    return chosen


def _geometric(ct: Ct, anchor: Anchor | None, progress: Progress) -> Anatomy:
    found = find_structures(ct, anchor, progress)
    anatomy = from_labels(ct, found.labels, progress, body=found.body)
    levels = with_sizes(found.levels, anatomy.spine.vertebrae)
    spine = replace(
        anatomy.spine,
        vertebrae=tuple(replace(v, confidence=v.confidence * levels.confidence) for v in anatomy.spine.vertebrae),
    )
    warnings = tuple(dict.fromkeys((*levels.warnings, *anatomy.warnings)))
    return replace(anatomy, provider=str(Provider.GEOMETRIC), spine=spine, levels=levels, warnings=warnings)
