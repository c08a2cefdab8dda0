"""What every record of facts has in common: strict, frozen, and nothing in it that the format does not name."""

from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from foramen.errors import InputError


class Facts(BaseModel):
    """A record of facts.

    Unknown is a value everywhere: a question not asked is `Answer.UNKNOWN`, a quantity not measured is None, and
    a list not taken is None, while an empty list says "asked, and there are none". Leaving a field out of a file means
    unknown, never "no".
    """

    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False, str_strip_whitespace=True
    )

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read the record from JSON.

        Raises
        ------
        InputError
            If the text is not JSON of this format. The message names the fields at fault, not what stands in them.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            faults = "; ".join(
                f"{'.'.join(str(part) for part in fault['loc']) or 'the file'}: {fault['msg']}"
                for fault in error.errors(include_input=False, include_url=False)
            )
            raise InputError(f"This can't be read as {cls.__name__}: {faults}.") from None

    def to_json(self) -> str:
        """Write the record as JSON, every unknown spelt out."""
        return self.model_dump_json(by_alias=True, indent=2)
