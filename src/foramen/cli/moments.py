"""A moment given on the command line."""

from datetime import UTC, datetime

from foramen.errors import UsageError


def read_moment(text: str | None) -> datetime:
    """The moment written in a text, on this computer's clock where no time zone is given; now where there is no text.

    Raises
    ------
    UsageError
        If the text is no moment.
    """
    try:
        moment = datetime.fromisoformat(text) if text else datetime.now(UTC)
    except ValueError:
        raise UsageError(f"'{text}' is not a moment; write it like 2025-04-03T09:00+02:00.") from None
    return moment if moment.tzinfo else moment.astimezone()
