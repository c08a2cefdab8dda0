"""The one hierarchy of errors.

Every message says what was found, where, and what to do, in a sentence that a radiographer understands. Messages
never hold patient data: they name files, series numbers and structures, not people.
"""


class ForamenError(Exception):
    """Something the user can act on; the command line shows its message alone, without a traceback.

    Attributes
    ----------
    exit_code : int
        What the command line returns: 2 wrong usage, 3 the input can't be used, 4 done but the answer is "no".
    """

    exit_code = 3


class InputError(ForamenError):
    """The input can't be used: missing, damaged, of the wrong kind, or beyond a limit."""


class UsageError(ForamenError):
    """The request itself can't be right: an unknown root, an option that contradicts another."""

    exit_code = 2
