"""What goes into the patient: products, doses, mixtures, contrast and volume, checked before the needle."""

from foramen.pathway.injectate.anaesthetic import AnaestheticDose, Build, Ceiling, fraction, maximum, remaining_mg
from foramen.pathway.injectate.check import InjectateReport, check_injectate
from foramen.pathway.injectate.products import Product, Role, catalogue, product
from foramen.pathway.injectate.selectivity import expected_selectivity
from foramen.pathway.injectate.syringe import Component, Injectate, Where

__all__ = [
    "AnaestheticDose",
    "Build",
    "Ceiling",
    "Component",
    "Injectate",
    "InjectateReport",
    "Product",
    "Role",
    "Where",
    "catalogue",
    "check_injectate",
    "expected_selectivity",
    "fraction",
    "maximum",
    "product",
    "remaining_mg",
]
