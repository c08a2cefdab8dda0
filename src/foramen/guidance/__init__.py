"""Are we there: control scans read against the plan, the needle, what to do next, and where the contrast ran."""

from foramen.guidance.check_needle import check_needle
from foramen.guidance.needle import NeedleStatus, read_needle
from foramen.guidance.needle_file import NeedleFile
from foramen.guidance.registration import Trust, register

__all__ = ["NeedleFile", "NeedleStatus", "Trust", "check_needle", "read_needle", "register"]
