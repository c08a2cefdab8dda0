"""`foramen anatomy`: what is in a scan, and which level is which."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from foramen.cli.console import Stages, errors, print_json, results
from foramen.cli.outputs import written_whole

if TYPE_CHECKING:
    from foramen.anatomy.spine_file import SpineFile

NOT_CERTAIN = 4
"""Exit code where the work was done but nobody can say which level is which."""

AnatomyChoice = Annotated[
    str,
    typer.Option("--anatomy", metavar="NAME", help="auto, labels, geometric or totalsegmentator."),
]
AnchorOption = Annotated[
    str | None,
    typer.Option("--anchor", metavar="L5=x,y,z", help="A vertebra that you name, by a point in its body (LPS mm)."),
]
CorrectionsOption = Annotated[
    Path | None,
    typer.Option("--corrections", metavar="FILE", help="JSON of a named level, moved targets and forbidden points."),
]


def anatomy(
    ct: Annotated[
        Path,
        typer.Argument(metavar="CT", help="DICOM folder or file, a zip of either, NIfTI or NRRD.", show_default=False),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the results.", show_default=False)],
    labels: Annotated[
        Path | None,
        typer.Option("--labels", metavar="SEG", help="Label map; without it, the anatomy is found in the CT alone."),
    ] = None,
    provider: AnatomyChoice = "auto",
    anchor: AnchorOption = None,
    corrections: CorrectionsOption = None,
    series: Annotated[
        str | None, typer.Option(metavar="UID", help="Series or stack to read, where a study holds several.")
    ] = None,
    label_scheme: Annotated[
        str | None, typer.Option(metavar="NAME|FILE", help="The label map's convention, where it is not recognised.")
    ] = None,
    dicom_seg: Annotated[bool, typer.Option("--dicom-seg", help="Also write a DICOM SEG for the archive.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print spine.json on standard output.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Find vertebrae, canal, foramina and roots, and say which level is which.

    Writes `labels.nii.gz` with the names of its values in `labels.json`, `spine.json` and `overview.png` into DIR.
    Where the levels are not certain, it says why, and what to name with `--anchor`; the exit code is then 4.

    **Examples**

    `foramen anatomy scan/ --out anatomy/`

    `foramen anatomy scan/ --anchor L5=2,-40,118 --dicom-seg --out anatomy/`
    """
    with Stages(quiet=quiet) as stages:
        found = _find(ct, out, labels, provider, anchor, corrections, series, label_scheme, stages, dicom_seg=dicom_seg)
    if as_json:
        print_json(found.model_dump_json(indent=2))
    else:
        _summarise(found)
        results.print(f"\nLook at [bold]{out / 'overview.png'}[/bold].", soft_wrap=True)
    if found.levels is not None and not found.levels.certain:
        raise typer.Exit(NOT_CERTAIN)


def _find(
    ct_path: Path,
    out: Path,
    labels: Path | None,
    provider: str,
    anchor: str | None,
    corrections_path: Path | None,
    series: str | None,
    label_scheme: str | None,
    stages: Stages,
    *,
    dicom_seg: bool,
) -> SpineFile:
    import json

    from foramen.anatomy.corrections import Corrections
    from foramen.anatomy.level_names import Anchor
    from foramen.anatomy.providers import find_anatomy
    from foramen.anatomy.spine_file import SpineFile
    from foramen.anatomy.write_dicom_seg import read_slices, write_dicom_seg
    from foramen.anatomy.write_labels import spelled, write_labels
    from foramen.imaging import read_ct
    from foramen.reports.anatomy_overview import draw_anatomy_overview

    corrections = Corrections.read(corrections_path) if corrections_path else None
    named = Anchor.parse(anchor) if anchor else None
    with written_whole(out) as folder:
        ct = read_ct(ct_path, series=series, progress=stages)
        found = find_anatomy(
            ct,
            provider=provider,
            labels=labels,
            scheme=label_scheme,
            anchor=named,
            corrections=corrections,
            progress=stages,
        )
        stages("writing the results", 0.0)
        kept = SpineFile.of(ct, found, corrections)
        write_labels(found.structures, folder / "labels.nii.gz")
        names = {str(int(s)): spelled(s) for s in sorted(found.structures.can_hold | found.structures.present)}
        (folder / "labels.json").write_text(json.dumps(names, indent=2) + "\n", encoding="utf-8")
        (folder / "spine.json").write_text(kept.model_dump_json(indent=2) + "\n", encoding="utf-8")
        draw_anatomy_overview(ct, found).image().save(folder / "overview.png")
        if dicom_seg:
            write_dicom_seg(found.structures, read_slices(ct_path, ct), folder / "labels.dcm")
    return kept


def _summarise(found: SpineFile) -> None:
    """Warnings first, then one line per vertebra."""
    for warning in found.warnings:
        errors.print(f"! {warning}", style="yellow", markup=False)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("level", "body at (LPS mm)", "height", "confidence", "foramina"):
        table.add_column(heading, justify="left" if heading in ("level", "foramina") else "right")
    for vertebra in found.vertebrae:
        seen = [f.root.split("-")[1] for f in found.foramina if f.root.startswith(vertebra.level) and f.visible]
        table.add_row(
            vertebra.level,
            ", ".join(f"{v:.0f}" for v in vertebra.centroid_mm),
            f"{vertebra.body_height_mm:.0f} mm",
            f"{vertebra.confidence:.0%}",
            " and ".join(seen) or "-",
        )
    results.print(table)
    results.print(f"Found by: {found.provider}.")
