"""Which root explains the picture, and whether the root asked for is one of them."""

from foramen.pathway.localisation.agreement import Agreement, agreement
from foramen.pathway.localisation.roots import Concordance, RootEvidence, localise, roots_met

__all__ = ["Agreement", "Concordance", "RootEvidence", "agreement", "localise", "roots_met"]
