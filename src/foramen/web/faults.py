"""What a request can end in besides an answer: each one clear sentence."""

from foramen.errors import ForamenError


class RequestError(ForamenError):
    """A request that can't be done, and why, as a person should read it.

    Parameters
    ----------
    status : int
        The HTTP status.
    sentence : str
        What is wrong and what to do; never patient data.
    """

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class SignInFirstError(Exception):
    """Nobody is signed in: a page leads to the sign-in, the API answers 401."""
