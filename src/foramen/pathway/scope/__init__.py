"""The facts by the names that the rules use."""

from foramen.pathway.scope.all_facts import scope_of

__all__ = ["scope_of"]
