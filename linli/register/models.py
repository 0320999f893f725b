from linli.register.canvass.models import Attempt, Canvass, Target
from linli.register.duty.models import Duty
from linli.register.households.models import HomeCheck, Household, Member
from linli.register.people.models import Person, Tag, TagKind
from linli.register.places.models import Place, PlaceName

__all__ = [
    "Attempt",
    "Canvass",
    "Duty",
    "HomeCheck",
    "Household",
    "Member",
    "Person",
    "Place",
    "PlaceName",
    "Tag",
    "TagKind",
    "Target",
]
