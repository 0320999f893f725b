from linli.register.canvass.models import Attempt, Canvass, Target
from linli.register.charts.models import GradeLimit, Grading, Legend
from linli.register.duty.models import Card, Chain, ChainLevel, Charge, Duty, Leave
from linli.register.households.models import HomeCheck, Household, Member
from linli.register.people.models import Person, Tag, TagKind, Verdict
from linli.register.places.models import Place, PlaceName

__all__ = [
    "Attempt",
    "Canvass",
    "Card",
    "Chain",
    "ChainLevel",
    "Charge",
    "Duty",
    "GradeLimit",
    "Grading",
    "HomeCheck",
    "Household",
    "Leave",
    "Legend",
    "Member",
    "Person",
    "Place",
    "PlaceName",
    "Tag",
    "TagKind",
    "Target",
    "Verdict",
]
