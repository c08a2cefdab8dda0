"""Bodies read as JSON is: dates are text there and lists are arrays, which strict records take from JSON alone."""

import json
from typing import Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ValidationError
from pydantic_core import PydanticCustomError

Model = TypeVar("Model", bound=BaseModel)


def from_json(model: type[Model]) -> BeforeValidator:
    """Read a body as a model's JSON: `Annotated[CaseOpened, from_json(CaseOpened)]`."""

    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            return value  # no JSON object: the model itself says so
        try:
            return model.model_validate_json(json.dumps(value))
        except ValidationError as error:
            faults = "; ".join(
                f"{'.'.join(map(str, fault['loc'])) or 'the body'}: {fault['msg']}"
                for fault in error.errors(include_input=False, include_url=False)
            )
            # The fields at fault, never what stands in them.
            raise PydanticCustomError("unreadable", "{faults}", {"faults": faults}) from None

    return BeforeValidator(read)
