"""The door to verification: other eyes, and the reporter's word."""

from linli.casework.verification.actions import close_unrated, dispute, rate, verify
from linli.casework.verification.models import Check, Rating
from linli.casework.verification.queries import checks_of, ratings_of
from linli.casework.verification.rules import WEIGHTS, Method, Satisfaction

__all__ = [
    "WEIGHTS",
    "Check",
    "Method",
    "Rating",
    "Satisfaction",
    "checks_of",
    "close_unrated",
    "dispute",
    "rate",
    "ratings_of",
    "verify",
]
