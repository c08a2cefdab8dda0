"""Are we there: control scans read against the plan, the needle, what to do next, and where the contrast ran."""
