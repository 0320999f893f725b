"""The door to households and to the homes that have to be looked at again."""

from linli.register.households.models import HomeCheck, Household, Member
from linli.register.households.rules import CheckCause, Relation, Tenure

__all__ = ["CheckCause", "HomeCheck", "Household", "Member", "Relation", "Tenure"]
