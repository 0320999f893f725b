"""The door to dispatch: which unit answers, and why."""

from linli.casework.dispatch.actions import (
    OWN_HANDS,
    accept_assignment,
    ask_return,
    case_for_hands,
    dispatch_case,
    require_hands,
    rule_return,
    take_routed,
    transfer,
)
from linli.casework.dispatch.models import Assignment, Rule
from linli.casework.dispatch.queries import Proposal, assignments, current, propose
from linli.casework.dispatch.rules import RETURN_REASONS, AssignmentState

__all__ = [
    "OWN_HANDS",
    "RETURN_REASONS",
    "Assignment",
    "AssignmentState",
    "Proposal",
    "Rule",
    "accept_assignment",
    "ask_return",
    "assignments",
    "case_for_hands",
    "current",
    "dispatch_case",
    "propose",
    "require_hands",
    "rule_return",
    "take_routed",
    "transfer",
]
