"""What must not share a syringe: pairs that crystallise, so that a non-particulate steroid becomes particulate.

Only products of one syringe are judged. Lidocaine made no crystals with any steroid tested.
"""

from dataclasses import dataclass
from itertools import product as pairs

from foramen.pathway.engine import Scope
from foramen.pathway.injectate.products import Role
from foramen.pathway.injectate.syringe import Component, Injectate


@dataclass(frozen=True)
class Particles:
    """What a mixture makes: crystals that no vessel to the cord should meet, or fine particles."""

    kind: str
    size: str


CRYSTALS = {
    ("ropivacaine", "betamethasone sodium phosphate"): Particles("crystals", "over 50 µm (2021) or 300 µm (2016)"),
    ("levobupivacaine", "betamethasone sodium phosphate"): Particles("crystals", "over 50 µm (2021) or 300 µm (2016)"),
    ("ropivacaine", "dexamethasone sodium phosphate"): Particles(
        "crystals", "under 10 µm (2021) or 10 to 100 µm (2016)"
    ),
    ("levobupivacaine", "dexamethasone sodium phosphate"): Particles(
        "crystals", "under 10 µm (2021) or 10 to 100 µm (2016)"
    ),
    ("bupivacaine", "betamethasone sodium phosphate"): Particles("fine", "under 10 µm"),
}
"""Anaesthetic and steroid salt (Choi, J Pain Res 2021;14:1495; Hwang, Ann Rehabil Med 2016;40:21)."""


def mixtures(injectate: Injectate) -> tuple[Scope, ...]:
    """Every anaesthetic that shares a syringe with a steroid salt, and the particles they make, if any."""
    mixed = [
        (anaesthetic.what.agent, salt)
        for anaesthetic, steroid in pairs(injectate.of(Role.ANAESTHETIC), injectate.of(Role.STEROID))
        if _share_a_syringe(anaesthetic, steroid)
        for salt in steroid.what.salts
    ]
    return tuple(_mixture(agent, salt) for agent, salt in sorted(set(mixed)))


def _mixture(agent: str, salt: str) -> Scope:
    particles = CRYSTALS.get((agent, salt), Particles("none", ""))
    return {"anaesthetic": agent, "salt": salt, "particles": particles.kind, "size": particles.size}


def _share_a_syringe(one: Component, other: Component) -> bool:
    return one.syringe is not None and one.syringe == other.syringe
