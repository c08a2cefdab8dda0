"""A whole procedure on a digital patient: planned, inserted, injected and released, read as real scans are."""

from foramen.cli.walk.procedure import Walked, walk
from foramen.cli.walk.report import write_walk_report

__all__ = ["Walked", "walk", "write_walk_report"]
