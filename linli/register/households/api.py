"""The door to households, to merging the people in them, and to the homes that have to be looked at again."""

from linli.register.households.actions import (
    Newcomer,
    found_household,
    household_moves_out,
    join,
    member_leaves,
    move_in,
    set_relation,
)
from linli.register.households.bulk import (
    NewHousehold,
    NewMember,
    add_households,
    add_members,
    drop_households,
    drop_members,
    household_marks,
    member_marks,
)
from linli.register.households.checking import ask_look, check_home, stale_checks
from linli.register.households.merging import merge_people, undo_merge
from linli.register.households.models import HomeCheck, Household, Member
from linli.register.households.queries import (
    Family,
    HomeStory,
    Resident,
    home_of_household,
    home_of_member,
    home_story,
    living_in,
    memberships_of,
    open_checks,
)
from linli.register.households.rules import CheckCause, Found, Relation, Tenure

__all__ = [
    "CheckCause",
    "Family",
    "Found",
    "HomeCheck",
    "HomeStory",
    "Household",
    "Member",
    "NewHousehold",
    "NewMember",
    "Newcomer",
    "Relation",
    "Resident",
    "Tenure",
    "add_households",
    "add_members",
    "ask_look",
    "check_home",
    "drop_households",
    "drop_members",
    "found_household",
    "home_of_household",
    "home_of_member",
    "home_story",
    "household_marks",
    "household_moves_out",
    "join",
    "living_in",
    "member_leaves",
    "member_marks",
    "memberships_of",
    "merge_people",
    "move_in",
    "open_checks",
    "set_relation",
    "stale_checks",
    "undo_merge",
]
