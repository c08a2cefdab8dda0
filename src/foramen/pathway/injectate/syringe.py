"""What is about to be injected, as the team draws it up: `foramen.injectate/1`."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from foramen.pathway.facts.base import Facts
from foramen.pathway.facts.vocabulary import Intent
from foramen.pathway.injectate.anaesthetic import AnaestheticDose
from foramen.pathway.injectate.products import Product, Role, product


class Where(StrEnum):
    """Where a component goes."""

    SKIN = "skin"
    TRACT = "tract"
    ROOT = "root"
    CAUDAL = "caudal"


class Component(Facts):
    """One product in one place. Components with the same `syringe` are mixed before they are given."""

    product: str
    volume_ml: float = Field(gt=0)
    where: Where
    dose_mg: float | None = Field(None, gt=0, description="of a steroid, as the ampoule states it")
    syringe: str | None = None
    root: Annotated[str, Field(pattern=r"^(L[1-6]|S1)-(left|right)$")] | None = None

    @model_validator(mode="after")
    def _names_its_root(self) -> "Component":
        if self.where is Where.ROOT and self.root is None:
            raise ValueError("says where: root, but not which root, such as L5-left")
        return self

    @property
    def what(self) -> Product:
        """The product, from the catalogue."""
        return product(self.product)

    @property
    def near_sac(self) -> bool:
        """Whether it goes where it could enter the thecal sac."""
        return self.where in (Where.ROOT, Where.CAUDAL)

    @property
    def anaesthetic(self) -> tuple[AnaestheticDose, ...]:
        """The local anaesthetic in it: one dose, or none."""
        return self.what.anaesthetic_in(self.volume_ml)


class Injectate(Facts):
    """Everything that goes into the patient in one session, skin, contrast and a caudal epidural included."""

    schema_: Literal["foramen.injectate/1"] = Field("foramen.injectate/1", alias="schema")
    intent: Intent
    components: tuple[Component, ...] = Field(min_length=1)
    contrast_contraindication: str | None = Field(None, description="the documented reason to give no contrast")

    def of(self, role: Role) -> tuple[Component, ...]:
        """The components of one role."""
        return tuple(component for component in self.components if component.what.role is role)

    @property
    def anaesthetics(self) -> tuple[AnaestheticDose, ...]:
        """Every dose of local anaesthetic, wherever it goes."""
        return tuple(dose for component in self.components for dose in component.anaesthetic)

    @property
    def roots(self) -> tuple[str, ...]:
        """The roots that something is given to, sorted."""
        return tuple(sorted({c.root for c in self.components if c.root is not None}))

    @property
    def has_contrast(self) -> bool:
        """Whether contrast comes before what follows it."""
        return bool(self.of(Role.CONTRAST))

    def volume_at_root_ml(self, root: str) -> float:
        """Everything that reaches one root, contrast included."""
        return sum(c.volume_ml for c in self.components if c.where is Where.ROOT and c.root == root)
