"""Anatomy from the CT alone: no labels, no weights, no network."""

from foramen.anatomy.geometric.find_structures import Found, find_structures

__all__ = ["Found", "find_structures"]
