"""A committee's own table comes in, every fault is named with its cure, and undo leaves nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import cast
import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation
from doors import roll
from doors.looking import Desk

from linli.access.api import Principal, open_sealed
from linli.casework.intake.api import Channel, Draft, receive_report
from linli.doors.sheets import load
from linli.doors.sheets.models import Made, SheetBatch
from linli.doors.sheets.problems import cure, heading, why
from linli.doors.sheets.undo import Held, held_by, take_back, trail_of
from linli.kernel.errors import Forbidden, InvalidInput, WrongState
from linli.register.duty.api import Duty
from linli.register.households.models import HomeCheck, Household, Member
from linli.register.people.api import id_index, phone_index
from linli.register.people.models import Person, Tag
from linli.register.places.models import Place
from linli.territory.api import area_by_code

Acting = Callable[[str], Principal]


@pytest.fixture
def desk(acting: Acting) -> Desk:
    """The committee worker of the home area."""
    return Desk(acting("worker"))


def undo(desk: Desk, batch: SheetBatch) -> list[Held]:
    """Take an import back, unless something stands in the way."""
    trail = trail_of(batch)
    held = held_by(trail)
    if not held:
        take_back(desk.actor, trail, progress=lambda _n: None)
    return held


def made_home(label: str) -> Place:
    return Place.objects.get(kind="home", address__endswith=label, code__startswith="home.")


# --- what comes in


def test_six_hundred_homes_with_everybody_in_them(desk: Desk) -> None:
    seen = desk.look(roll.committee(600, 1700))
    assert (seen.weighed.rows, seen.in_order()) == (1700, [])
    batch = desk.bring(roll.committee(600, 1700))
    assert batch.state == "done"
    assert {key: batch.made[key] for key in ("homes", "households", "people")} == {
        "homes": 600, "households": 600, "people": 1700
    }  # fmt: skip
    assert seen.plan.counts() == batch.made


def test_a_person_comes_in_with_all_that_the_row_says(desk: Desk) -> None:
    row = roll.home(0) | roll.person(7, tags="独居老人、失能、卧床", moved_in="2011年3月", phone="160 0000 0007")
    desk.bring([row])
    home = made_home("11号101室")
    person = Person.objects.get(home=home)
    assert (person.name, person.sex, person.source, person.checked_on) == (row["name"], "1", "door", date(2023, 10, 1))
    assert person.born_on == date(1930, 1, 8)
    assert person.id_mask == row["id_number"][:6] + "********" + row["id_number"][14:]
    assert bytes(person.id_index or b"") == id_index(row["id_number"])
    assert (person.phone_mask, bytes(person.phone_index or b"")) == ("160****0007", phone_index("16000000007"))
    member = Member.objects.get(person=person)
    assert (member.relation, member.lives_here, member.since) == ("head", True, date(2011, 3, 1))
    assert (member.household.tenure, member.household.moved_in) == ("own", date(2011, 3, 1))
    assert set(Tag.objects.filter(person=person).values_list("kind_id", flat=True)) == {"living_alone", "bedridden"}


def sealed_rows() -> tuple[int, int]:
    """Keys of people and sealed values, as the owner of the database counts them."""
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('role')")
        (role,) = cursor.fetchone()
        cursor.execute("select set_config('role', %s, true)", [settings.DATABASES["owner"]["USER"]])
        authz = settings.LINLI_AUTHZ_SCHEMA
        cursor.execute(
            f"select (select count(*) from {authz}.subject_key), (select count(*) from {authz}.secret"
            " where subject_id is not null)"
        )
        found = cursor.fetchone()
        cursor.execute("select set_config('role', %s, true)", [role])
    return found


def test_numbers_are_sealed_and_opened_with_a_purpose(desk: Desk) -> None:
    keys, values = sealed_rows()
    rows = [
        roll.home(0) | roll.person(1),
        roll.home(1) | roll.person(2, phone=""),
        roll.home(2) | roll.person(3, id_number="", phone=""),
    ]
    desk.bring(rows)
    assert sealed_rows() == (keys + 2, values + 3), "one who has no number needs no key"
    person = Person.objects.get(name=rows[0]["name"])
    assert person.id_secret is not None
    assert person.phone_secret is not None
    for secret, field, number in [(person.id_secret, "id", "id_number"), (person.phone_secret, "phone", "phone")]:
        got = open_sealed(
            actor=desk.actor, secret_id=secret, subject_kind="person", subject_id=str(person.id),
            area_id=person.area_id, area_path=desk.actor.area_path, field=field, purpose="home_visit",
            reason="上门核对",
        )  # fmt: skip
        assert got == rows[0][number]


def test_a_new_number_of_somebody_who_is_here_is_sealed_too(desk: Desk) -> None:
    row = roll.home(0) | roll.person(1, id_number="")
    desk.bring([row])
    batch = desk.bring([row | {"id_number": roll.person(1)["id_number"], "phone": "16012340000"}], update=True)
    assert batch.made["changes"] == 1
    person = Person.objects.get(name=row["name"])
    assert (person.phone_mask, bytes(person.phone_index or b"")) == ("160****0000", phone_index("16012340000"))
    for secret, field, number in (
        (person.id_secret, "id", roll.person(1)["id_number"]),
        (person.phone_secret, "phone", "16012340000"),
    ):
        assert secret is not None
        assert number == open_sealed(
            actor=desk.actor, secret_id=secret, subject_kind="person", subject_id=str(person.id),
            area_id=person.area_id, area_path=desk.actor.area_path, field=field, purpose="home_visit",
            reason="上门核对",
        )  # fmt: skip


def test_homes_get_their_door_their_cell_and_their_key(desk: Desk) -> None:
    desk.bring([roll.home(at) | roll.person(at) for at in range(14)])
    homes = {home.address[-7:]: home for home in Place.objects.filter(code__startswith="home.")}
    assert len(homes) == 14
    first, other = homes["11号101室"], homes["12号102室"]
    assert (first.floor, first.slot, first.use, first.name) == (1, 1, "owned", "101室")
    assert (other.floor, other.slot) == (1, 2)
    assert first.parent is not None
    assert first.parent.parent is not None
    assert (first.parent.kind, first.parent.name, first.parent.parent.name) == ("entrance", "11号", "11号楼")
    assert first.compound is not None
    assert (first.compound.name, first.area.code) == (roll.COMPOUND, cast.HOME_AREA)
    assert first.address_key.endswith("|11|||101")
    assert len({home.address_key for home in homes.values()}) == 14


def test_a_home_that_stands_already_is_used_however_its_door_is_written(desk: Desk) -> None:
    standing = Place.objects.get(code=f"cast.{cast.HOME_AREA}.3.501")
    for number, (building, room) in enumerate(
        [("3号楼", "501室"), ("３幢", "501"), ("3号", "０501"), ("三号楼", "501")]
    ):
        batch = desk.bring([roll.home(0) | roll.person(number, relation="其他") | {"building": building, "room": room}])
        assert (batch.made["homes"], batch.made["buildings"], batch.made["people"]) == (0, 0, 1), building
    assert Person.objects.filter(home=standing).count() == 1 + 4


def test_an_address_stands_in_for_building_and_room(desk: Desk) -> None:
    row = roll.person(1) | {"compound": roll.COMPOUND, "address": "沈梅路123弄21号1203室"}
    desk.bring([row])
    assert made_home("21号1203室").floor == 12


def test_an_empty_home_comes_in_without_people(desk: Desk) -> None:
    batch = desk.bring([roll.home(0) | {"use": "空置"}])
    assert (batch.made["homes"], batch.made["people"]) == (1, 0)
    assert made_home("11号101室").use == "empty"


def test_one_home_has_a_household_for_each_right(desk: Desk) -> None:
    rows = [
        roll.home(0) | roll.person(1), roll.home(0) | roll.person(2, relation="子女", tenure=""),
        roll.home(0) | roll.person(3, relation="户主", tenure="租赁"),
    ]  # fmt: skip
    batch = desk.bring(rows)
    assert (batch.made["households"], batch.made["people"]) == (2, 3)
    sizes = [Member.objects.filter(household=one).count() for one in Household.objects.filter(home=made_home("101室"))]
    assert sorted(sizes) == [1, 2]


def test_whoever_is_only_registered_here_or_has_left_does_not_live_here(desk: Desk) -> None:
    rows = [
        roll.home(0) | roll.person(1),
        roll.home(0) | roll.person(2, relation="子女", lives_here="户籍在此"),
        roll.home(0) | roll.person(3, relation="父母", moved_out="2020-05-01"),
    ]
    desk.bring(rows)
    here, registered, left = (Person.objects.get(name=row["name"]) for row in rows)
    assert (here.home_id is None, registered.home_id, left.home_id) == (False, None, None)
    assert (registered.left_on, left.left_on) == (None, date(2020, 5, 1))
    assert not Member.objects.get(person=registered).lives_here
    assert Member.objects.get(person=left).until == date(2020, 5, 1)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk"])
def test_a_csv_says_the_same_as_a_workbook(desk: Desk, encoding: str) -> None:
    rows = roll.committee(5, 12)
    seen = desk.look(roll.read(roll.as_csv(rows, encoding=encoding), "名册.csv"))
    assert (seen.plan.counts(), seen.in_order()) == (desk.look(rows).plan.counts(), [])


def test_titles_above_the_heading_and_joined_address_cells(desk: Desk) -> None:
    rows = [roll.home(0) | roll.person(1)]
    rows += [roll.person(number, relation="子女", tenure="") for number in (2, 3)]
    place_columns = range(8)
    data = roll.workbook(
        rows, titles=[["向阳居民区人口底册"], ["填表日期：2026年10月"]],
        merge=[(0, 2, at) for at in place_columns if at not in (1, 3, 6)],
    )  # fmt: skip
    seen = desk.look(roll.read(data))
    assert (seen.weighed.filled, seen.in_order()) == (2, [])
    assert seen.plan.counts()["people"] == 3
    assert seen.plan.counts()["homes"] == 1


def test_rows_without_an_address_follow_the_home_above_only_when_asked(desk: Desk) -> None:
    rows = [roll.home(0) | roll.person(1), roll.person(2, relation="子女")]
    assert [fault.row for fault in desk.look(rows).in_order()] == [3]
    seen = desk.look(rows, fill_down=True)
    assert (seen.in_order(), seen.weighed.filled, seen.plan.counts()["people"]) == ([], 1, 2)


def test_a_village_group_has_houses_without_buildings(acting: Acting) -> None:
    desk = Desk(acting("worker_village"), cast.VILLAGE_AREA)
    group = Place.objects.create(
        code="test.group", kind="village_group", area=area_by_code(cast.VILLAGE_AREA), name="五组", address="棋杆村五组"
    )
    batch = desk.bring([roll.person(1) | {"compound": "五组", "room": "12"}])
    assert (batch.made["homes"], batch.made["buildings"]) == (1, 0)
    house = Place.objects.get(parent=group)
    assert (house.kind, house.name, house.compound_id) == ("home", "12号", group.id)


def test_a_town_brings_in_all_its_committees_at_once(acting: Acting) -> None:
    desk = Desk(acting("dispatcher"), cast.TOWN)
    for code, name in ((cast.HOME_AREA, "甲苑"), (cast.COUSIN_AREA, "乙苑")):
        Place.objects.create(code=f"test.{code}", kind="compound", area=area_by_code(code), name=name, address=name)
    rows = [
        roll.home(0, compound="甲苑") | roll.person(1, tags="独居老人"),
        roll.home(0, compound="乙苑") | roll.person(2),
    ]
    seen = desk.look(rows)
    assert (seen.in_order(), seen.tags_left_out, seen.plan.counts()["tags"]) == ([], True, 0)
    desk.bring(rows)
    found = {
        person.name: person.area.code
        for person in Person.objects.filter(source="door", name__in=[r["name"] for r in rows])
    }
    assert set(found.values()) == {cast.HOME_AREA, cast.COUSIN_AREA}


# --- once, and only one's own


def test_the_same_table_again_adds_nothing(desk: Desk) -> None:
    rows = roll.committee(30, 80)
    rows[5]["moved_out"], rows[9]["lives_here"] = "2021-01-01", "户籍在此"
    for row in rows[20:30]:
        row["id_number"] = ""
    desk.bring(rows)
    before = roll.snapshot()
    again = desk.look(rows)
    assert again.plan.is_empty
    assert (again.in_order(), again.plan.known) == ([], 80)
    assert desk.bring(rows).made["people"] == 0
    assert roll.snapshot() == before


def test_nobody_imports_into_an_area_that_is_not_his(desk: Desk) -> None:
    for area in (cast.SIBLING_AREA, cast.FOREIGN_AREA, cast.TOWN):
        with pytest.raises(Forbidden):
            Desk(desk.actor, area).bring(roll.committee(1, 1))
    assert not SheetBatch.objects.exists()


@pytest.mark.parametrize("who", ["district", "auditor", "responder"])
def test_roles_without_the_right_import_nothing(acting: Acting, who: str) -> None:
    with pytest.raises(Forbidden):
        Desk(acting(who)).bring(roll.committee(1, 1))


def test_row_scope_holds_without_the_code(desk: Desk) -> None:
    """The database refuses a home of another committee even where the check was led astray."""
    foreign = area_by_code(cast.SIBLING_AREA)
    seen = desk.look([roll.home(0) | roll.person(1)])
    for node in seen.plan.places:
        node.area_id = foreign.id
    batch = SheetBatch.objects.create(
        area=area_by_code(cast.HOME_AREA), file_name="x", file_hash="x", encoding="x", started_by=1, started_post=1
    )
    with pytest.raises(Exception, match="row-level security"):
        load.load(desk.actor, batch, seen.plan, day=seen.day, progress=lambda _n: None)


# --- all or nothing, or the good ones


def test_the_good_rows_come_in_without_the_bad_ones_or_none_do(desk: Desk) -> None:
    rows = roll.committee(4, 8)
    rows[3]["phone"] = "12345"
    before = roll.snapshot()
    with pytest.raises(InvalidInput) as refused:
        desk.bring(rows, good_alone=False)
    assert refused.value.code == "import_changed"
    assert desk.bring(rows).made["people"] == 7
    assert roll.snapshot() != before


# --- undo


def test_undo_leaves_nothing(desk: Desk) -> None:
    before, sealed = roll.snapshot(), sealed_rows()
    rows = [row | {"tags": "独居老人、志愿者"} for row in roll.committee(60, 170)] + [roll.home(80) | {"use": "空置"}]
    batch = desk.bring(rows)
    after = roll.snapshot()
    assert [table for table in roll.REGISTER if after[table] != before[table]] == [
        "register_place", "register_placename", "register_person", "register_household", "register_member",
        "register_tag",
    ]  # fmt: skip
    assert sealed_rows() == (sealed[0] + 170, sealed[1] + 340)
    assert undo(desk, batch) == []
    assert (roll.snapshot(), sealed_rows()) == (before, sealed)


def test_undo_gives_back_what_an_update_has_changed(desk: Desk) -> None:
    rows = roll.committee(6, 15)
    desk.bring(rows)
    before = roll.snapshot()
    newer = [
        row | {"name": row["name"] + "改", "phone": "16099990000", "checked_on": "2026-11-01", "use": "出租"}
        for row in rows
    ]
    batch = desk.bring(newer, update=True)
    assert (batch.made["changes"], batch.made["uses"], batch.made["people"]) == (15, 6, 0)
    assert Person.objects.filter(name__endswith="改", phone_mask="160****0000").count() == 15
    assert undo(desk, batch) == []
    assert roll.snapshot() == before


def test_without_being_asked_nobody_who_is_here_is_changed(desk: Desk) -> None:
    rows = roll.committee(6, 15)
    desk.bring(rows)
    before = roll.snapshot()
    desk.bring([row | {"phone": "16099990000", "use": "出租"} for row in rows])
    assert roll.snapshot() == before


def _renamed(home: Place, person: Person) -> None:
    Person.objects.filter(id=person.id).update(name="某人")


def _gone(home: Place, person: Person) -> None:
    Member.objects.filter(person=person).delete()


def _moved_in(home: Place, person: Person) -> None:
    Person.objects.create(area_id=home.area_id, home=home, name="新来的", source="door", checked_on=date(2026, 11, 1))


def _noted(home: Place, person: Person) -> None:
    Tag.objects.create(
        area_id=home.area_id, home=home, person=person, kind_id="aged", source="door", stale_on=date(2027, 1, 1)
    )


def _looked_at(home: Place, person: Person) -> None:
    HomeCheck.objects.create(area_id=home.area_id, home=home, cause="asked", due_on=date(2026, 12, 1))


def _laid(home: Place, person: Person) -> None:
    unit = Duty.objects.filter(unit_kind="property_firm")[0].unit
    Duty.objects.create(area_id=home.area_id, place=home, unit=unit, unit_kind="property_firm")


def _let(home: Place, person: Person) -> None:
    Place.objects.filter(id=home.id).update(use="let")


def _another_household(home: Place, person: Person) -> None:
    Household.objects.create(area_id=home.area_id, home=home, tenure="rent")


@pytest.mark.parametrize(
    ("meanwhile", "told"),
    [
        (_renamed, "某人（"), (_gone, "家庭成员"), (_moved_in, "101室"), (_noted, "王伟伟"), (_looked_at, "101室"),
        (_laid, "101室"), (_let, "101室"), (_another_household, "101室"),
    ],
)  # fmt: skip
def test_undo_is_refused_when_somebody_has_gone_on_with_it_and_says_with_what(
    desk: Desk, meanwhile: Callable[[Place, Person], None], told: str
) -> None:
    batch = desk.bring([roll.home(0) | roll.person(0)])
    home = made_home("101室")
    meanwhile(home, Person.objects.get(home=home))
    changed = roll.snapshot()
    with translation.override("zh-hans"):
        held = undo(desk, batch)
    assert held
    assert any(told in one.name for one in held), held
    assert roll.snapshot() == changed


def test_what_hangs_on_a_home_out_of_sight_holds_it_too(desk: Desk) -> None:
    """A matter stands above the register, which therefore cannot look for it; its key holds all the same."""
    batch = desk.bring([roll.home(0) | roll.person(0)])
    home = made_home("101室")
    trail = trail_of(batch)
    assert held_by(trail) == []
    before = roll.snapshot()
    receive_report(actor=desk.actor, draft=Draft(channel=Channel.DESK, words="漏水", place_id=home.id))
    with pytest.raises(WrongState) as held:
        take_back(desk.actor, trail, progress=lambda _n: None)
    assert held.value.code in {"import_in_use", "place_in_use"}
    assert roll.snapshot() == before


def test_imports_on_top_of_each_other_are_undone_from_the_top(desk: Desk) -> None:
    start = roll.snapshot()
    first = desk.bring([roll.home(0) | roll.person(1)])
    below = roll.snapshot()
    second = desk.bring([roll.home(0) | roll.person(2, relation="子女")])
    assert [held.why for held in undo(desk, first)]
    assert undo(desk, second) == []
    assert roll.snapshot() == below
    assert undo(desk, first) == []
    assert roll.snapshot() == start


def test_what_was_made_is_noted_row_by_row(desk: Desk) -> None:
    batch = desk.bring([row | {"tags": "志愿者"} for row in roll.committee(3, 7)])
    noted = {made.kind: len(made.ids) for made in Made.objects.filter(batch=batch)}
    assert noted == {"place": 5, "person": 7, "household": 3, "member": 7, "tag": 7}


def test_every_sentence_of_a_fault_can_be_read_in_both_languages(desk: Desk) -> None:
    rows = roll.committee(2, 4)
    rows[1]["relation"] = "邻居"
    (fault,) = desk.look(rows).in_order()
    said = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            said[language] = f"{heading(fault.column)} {why(fault)} {cure(fault)}"
    assert "邻居" in said["zh-hans"]
    assert "配偶" in said["zh-hans"]
    assert "Spouse" in said["en"]
