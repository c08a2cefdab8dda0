"""What every address of the API may answer besides its own."""

from typing import Any

from pydantic import BaseModel, Field


class Problem(BaseModel):
    """Why a request could not be done."""

    detail: str = Field(description="one sentence, for a person")


class Overtaken(Problem):
    """Somebody else wrote to the case first; nothing was written."""

    missed: list[str] = Field(description="what happened since the version that was built on")


def _problem(words: str) -> dict[str, Any]:
    return {"model": Problem, "description": words}


PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: _problem("The request can't be read."),
    401: _problem("Nobody is signed in."),
    403: _problem("The role of who is signed in may not do this, or the form token is missing."),
    404: _problem("There is no such case, or nothing at this address."),
    409: _problem("Somebody else changed the case first."),
    422: _problem("What was sent can't be used."),
}
OVERTAKEN: dict[int | str, dict[str, Any]] = {
    409: {"model": Overtaken, "description": "Somebody else changed the case first."}
}
