"""Which root explains the picture, and whether the root asked for is one of them."""

from foramen.pathway.localisation.agreement import Agreement, agreement
from foramen.pathway.localisation.roots import Concordance, RootEvidence, level_met, localise, meets

__all__ = ["Agreement", "Concordance", "RootEvidence", "agreement", "level_met", "localise", "meets"]
