"""The kinds of long work, by the names that the record keeps."""

from enum import StrEnum


class Kind(StrEnum):
    """One kind of job, and what the page calls it."""

    READ_SCAN = "read-scan"
    FIND_ANATOMY = "find-anatomy"
    PLAN = "plan"
    DRAW_VIEW = "draw-view"
    DRAW_ROUTE = "draw-route"
    CHECK_NEEDLE = "check-needle"
    READ_SPREAD = "read-spread"

    @property
    def words(self) -> str:
        """What is done, as a heading."""
        return _WORDS[self]


_WORDS = {
    Kind.READ_SCAN: "Reading the scan",
    Kind.FIND_ANATOMY: "Finding the anatomy",
    Kind.PLAN: "Planning the routes",
    Kind.DRAW_VIEW: "Preparing the pictures",
    Kind.DRAW_ROUTE: "Drawing the route",
    Kind.CHECK_NEEDLE: "Reading the needle",
    Kind.READ_SPREAD: "Reading the contrast",
}
