from linli.casework.cases.models import Case, CaseReport
from linli.casework.dispatch.models import Assignment, Rule
from linli.casework.intake.models import Report
from linli.casework.timeline.models import Clock, Entry, StepLimit
from linli.casework.verification.models import Check, Rating
from linli.casework.works.models import WorkOrder

__all__ = [
    "Assignment",
    "Case",
    "CaseReport",
    "Check",
    "Clock",
    "Entry",
    "Rating",
    "Report",
    "Rule",
    "StepLimit",
    "WorkOrder",
]
