"""`foramen demo`: the main job on the embedded digital patient, through the same files as any scan."""

from pathlib import Path
from typing import Annotated

import typer

from foramen.cli.console import Stages, results


def demo(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the patient, plan and report.")] = Path(
        "foramen-demo"
    ),
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Plan every lumbar root of the digital patient, from its DICOM files to a report to open.

    **Example**: `foramen demo --out out/demo`
    """
    from foramen.anatomy import write_labels
    from foramen.cli.outputs import written_whole
    from foramen.cli.plan import plan
    from foramen.simulation import DigitalPatient, write_dicom

    with written_whole(out / "patient") as folder, Stages(quiet=quiet) as stages:
        stages("making the digital patient", 0.0)
        scan = DigitalPatient().scan()
        stages("writing the digital patient's DICOM files", 0.0)
        write_dicom(scan, folder / "ct")
        write_labels(scan.labels, folder / "labels.nii.gz")
    plan(
        ct=out / "patient" / "ct",
        labels=out / "patient" / "labels.nii.gz",
        every=True,
        out=out / "plan",
        quiet=quiet,
    )
    results.print("Every number in it belongs to a patient who does not exist.", style="dim")
