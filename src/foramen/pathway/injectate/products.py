"""What may be in a syringe: the catalogue, one entry per product because a molecule exists in several forms."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from enum import StrEnum
from functools import cache

from foramen.errors import InputError
from foramen.pathway.engine import SignOff
from foramen.pathway.facts.base import Facts
from foramen.pathway.findings import Provenance
from foramen.pathway.injectate.anaesthetic import AnaestheticDose
from foramen.pathway.rule_data import rule_data


class Role(StrEnum):
    """What a product is there for."""

    ANAESTHETIC = "anaesthetic"
    STEROID = "steroid"
    CONTRAST = "contrast"
    DILUENT = "diluent"


class NearSac(StrEnum):
    """Whether a contrast product is labelled for intrathecal use, and so may be given beside the thecal sac."""

    YES = "yes"
    NO = "no"


class Product(Facts):
    """One product.

    `particulate` and `near_sac` are as the source states them; ask `counts_as_particulate` and `allowed_near_sac`,
    which let a recalled statement tighten a rule but never loosen it.
    """

    id: str
    name: str
    role: Role
    agent: str
    mg_per_ml: float | None = None
    adrenaline: bool = False
    salts: tuple[str, ...] = ()
    particulate: bool = False
    mg_iodine_per_ml: float | None = None
    near_sac: NearSac | None = None
    label: str = ""
    ref: str = ""
    provenance: Provenance = Provenance.OWN

    @property
    def sign_on_id(self) -> str:
        """What a site signs to take over a recalled statement about this product."""
        return f"PRODUCT-{self.id}"

    def is_relied_on(self, signed: AbstractSet[str] = frozenset()) -> bool:
        """Whether its statements were read in a source, or signed on by the site."""
        return self.provenance is not Provenance.M or self.sign_on_id in signed

    def counts_as_particulate(self, signed: AbstractSet[str] = frozenset()) -> bool:
        """Whether it is handled as a particulate steroid."""
        return self.role is Role.STEROID and (self.particulate or not self.is_relied_on(signed))

    def allowed_near_sac(self, signed: AbstractSet[str] = frozenset()) -> bool:
        """Whether this contrast may be given where it could enter the thecal sac."""
        return self.near_sac is NearSac.YES and self.is_relied_on(signed)

    def anaesthetic_in(self, volume_ml: float) -> tuple[AnaestheticDose, ...]:
        """The local anaesthetic in that much of it: one dose, or none."""
        if self.role is not Role.ANAESTHETIC or self.mg_per_ml is None:
            return ()
        return (AnaestheticDose(self.agent, volume_ml * self.mg_per_ml, self.adrenaline),)


@cache
def catalogue() -> dict[str, Product]:
    """Every product, by its id."""
    rows = {name: row for name, row in rule_data("products").items() if isinstance(row, dict)}
    return {name: Product.model_validate({"id": name, **row}, strict=False) for name, row in rows.items()}


def signed_products(sign_offs: Iterable[SignOff]) -> frozenset[str]:
    """The sign-on ids that the site has given for this edition of the catalogue; an older one counts no more."""
    edition = rule_data("products")["version"]
    return frozenset(sign_off.rule_id for sign_off in sign_offs if sign_off.rule_version == edition)


def product(name: str) -> Product:
    """The product of that id.

    Raises
    ------
    InputError
        If the catalogue has none; the message lists those of it that begin alike, or all.
    """
    known = catalogue()
    if name in known:
        return known[name]
    alike = [other for other in known if other.split("-")[0] == name.split("-")[0]] or list(known)
    raise InputError(f"The product catalogue has no '{name}'; there are {', '.join(alike)}.")
