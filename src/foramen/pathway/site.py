"""What a site has decided for itself, `foramen.site/1`: its medication policy and the recalled rules it signs on."""

from typing import Literal

from pydantic import Field

from foramen.pathway.engine import SignOff
from foramen.pathway.facts.base import Facts

SOURCE_POLICY = "insideradiology-2017"
"""The policy of the source document S1, for a site that has named none."""


class Site(Facts):
    """One site's decisions.

    A sign-off names a rule (`SC-32`) or a policy's row (`asra-pain-2018/AC-100`) and its version: after the rule data
    change, it must be given again.
    """

    schema_: Literal["foramen.site/1"] = Field("foramen.site/1", alias="schema")
    name: str = ""
    policy: str = SOURCE_POLICY
    sign_offs: tuple[SignOff, ...] = ()
