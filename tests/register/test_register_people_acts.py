"""People, their needs and roles: noted, corrected, confirmed, ended by those who may, where they may."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from uuid import UUID

import cast
import pytest
from casework.stage import Stage
from django.conf import settings
from django.db import connection
from register import dwelling

from linli.access.api import blind_index
from linli.kernel.errors import Forbidden, InvalidInput, NotFound, WrongState
from linli.kernel.identifiers import resident_id_check, synthetic_phone
from linli.register.people.api import (
    ID,
    PHONE,
    Person,
    Sex,
    Tag,
    TagKind,
    correct_person,
    end_tag,
    find_by_number,
    find_people,
    live_at,
    note_person,
    note_tag,
    open_number,
    people,
    people_of_home,
    person_by_id,
    person_left,
    stale_tags,
    still_true,
    tag_kinds,
    tags_of,
)
from linli.register.people.rules import plain_name, similar, stale_from

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)
BODY = "31011519410504002"
ID_NUMBER = BODY + resident_id_check(BODY)


def tag(stage: Stage, code: str = cast.HOME_AREA) -> int:
    return int(stage.one("select id from register_tag where area_id = %s", dwelling.area(code).id))


def test_somebody_is_noted_with_source_and_day(stage: Stage) -> None:
    person = dwelling.noted(stage, "  赵  一 ", sex="1", born_on=date(1980, 1, 1), language="en")
    row = Person.objects.get(id=person.id)
    assert (row.name, row.sex, row.source, row.checked_on, row.home_id) == ("赵 一", "1", "door", TODAY, None)
    (line,) = dwelling.trail(stage, "person.note")
    assert line["detail"] == {"source": "door"} and line["subject_id"] == str(person.id)


@pytest.mark.parametrize(("given", "code"), [
    ({"name": "  "}, "person_nameless"),
    ({"name": "赵一", "source": "rumour"}, "source_unknown"),
    ({"name": "赵一", "sex": "7"}, "person_birth"),
    ({"name": "赵一", "born_on": date(2026, 3, 3)}, "person_birth"),
    ({"name": "赵一", "born_on": date(1849, 12, 31)}, "person_birth"),
    ({"name": "赵一", "phone": "12345"}, "bad_mobile"),
    ({"name": "赵一", "id_number": "310115194105040029"}, "bad_id_check"),
])  # fmt: skip
def test_what_cannot_be_noted(stage: Stage, given: dict[str, object], code: str) -> None:
    before = stage.one("select count(*) from register_person")
    with pytest.raises(InvalidInput) as caught:
        stage.do("worker", note_person, **{"area": dwelling.area(), "source": "door", **given})
    assert caught.value.code == code
    assert stage.one("select count(*) from register_person") == before


def test_an_id_number_tells_birth_and_sex_and_is_kept_sealed_only(stage: Stage) -> None:
    phone = synthetic_phone(77)
    person = dwelling.noted(stage, "赵一", id_number=ID_NUMBER, phone=f"+86 {phone}")
    row = stage.ask("select * from register_person where id = %s", person.id)[0]
    assert (row["born_on"], row["sex"]) == ("1941-05-04", Sex.FEMALE)
    assert (row["id_mask"], row["phone_mask"]) == (f"310115********{ID_NUMBER[14:]}", f"160****{phone[7:]}")
    sealed = stage.ask(f"select id from {settings.LINLI_AUTHZ_SCHEMA}.secret where subject_id = %s", person.id)
    assert {one["id"] for one in sealed} == {row["id_secret"], row["phone_secret"]}
    for table in (*dwelling.TABLES, "audit_record", "outbox_event"):
        text = str(stage.ask(f"select * from {table}"))
        assert ID_NUMBER not in text and phone not in text


def opened(stage: Stage, who: str, person: UUID, column: str = PHONE, **given: str) -> str:
    actor = stage._acting(who)
    asked = {"purpose": "home_visit", "reason": "约时间上门走访"} | given
    return open_number(actor=actor, person=person_by_id(actor, person), column=column, **asked)


def test_a_number_is_opened_on_site_with_purpose_and_reason_and_the_opening_is_on_record(stage: Stage) -> None:
    phone = synthetic_phone(78)
    person = dwelling.noted(stage, "赵一", id_number=ID_NUMBER, phone=phone)
    assert opened(stage, "worker", person.id) == phone
    assert opened(stage, "head", person.id, ID) == ID_NUMBER
    told = stage.ask("select field, purpose from audit_opening where subject_id = %s order by at, id", str(person.id))
    assert told == [{"field": "phone", "purpose": "home_visit"}, {"field": "id", "purpose": "home_visit"}]
    for given, code in (({"purpose": "curiosity"}, "purpose_unknown"), ({"reason": " "}, "reason_missing")):
        with pytest.raises(InvalidInput) as caught:
            opened(stage, "worker", person.id, **given)
        assert caught.value.code == code
    for who in ("dispatcher", "worker_sibling"):
        with pytest.raises((Forbidden, NotFound)):
            opened(stage, who, person.id)
    with pytest.raises(NotFound) as missing:
        opened(stage, "worker", dwelling.aged(stage))
    assert missing.value.code == "number_missing"


def test_somebody_is_found_by_his_exact_number_and_by_no_other(stage: Stage) -> None:
    person = dwelling.noted(stage, "赵一", id_number=ID_NUMBER, phone=synthetic_phone(77))
    actor = stage._acting("worker")
    assert find_by_number(actor, column=ID, text=ID_NUMBER.lower()) == [person]
    assert find_by_number(actor, column=PHONE, text=synthetic_phone(77)) == [person]
    assert find_by_number(actor, column=PHONE, text=synthetic_phone(78)) == []
    assert find_by_number(stage._acting("head"), column=ID, text=ID_NUMBER) == [person]
    for who in ("worker_cousin", "district", "auditor", "responder"):
        assert find_by_number(stage._acting(who), column=ID, text=ID_NUMBER) == []
    with pytest.raises(InvalidInput):
        find_by_number(actor, column=ID, text="赵一")


def test_the_index_of_a_phone_says_nothing_about_an_id() -> None:
    assert blind_index("1", column=ID) != blind_index("1", column=PHONE)


def test_a_correction_is_fresh_and_the_trail_tells_which_columns(stage: Stage) -> None:
    person = dwelling.aged(stage)
    stage.do(
        "head", correct_person, person_id=person, source="phone", changes={"name": "王桂芳", "language": "wuu"},
        phone=synthetic_phone(5),
    )  # fmt: skip
    row = stage.ask("select * from register_person where id = %s", person)[0]
    assert (row["name"], row["source"], row["checked_on"]) == ("王桂芳", "phone", "2026-03-02")
    (line,) = dwelling.trail(stage, "person.correct")
    assert line["detail"]["fields"] == ["language", "name", "phone_index", "phone_mask", "phone_secret"]


@pytest.mark.parametrize("changes", [{"home_id": 1}, {"area_id": 1}, {"left_on": TODAY}, {"id_mask": "x"}])
def test_where_he_lives_and_his_numbers_are_not_corrected_by_hand(stage: Stage, changes: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as caught:
        stage.do("worker", correct_person, person_id=dwelling.aged(stage), source="door", changes=changes)
    assert caught.value.code == "person_fields"


Act = Callable[[Stage, str], object]
ACTS: Mapping[str, Act] = {
    "note": lambda stage, who: stage.do(who, note_person, area=dwelling.area(), name="赵一", source="door"),
    "correct": lambda stage, who: stage.do(
        who, correct_person, person_id=dwelling.aged(stage), source="door", changes={"name": "王桂芳"}
    ),
    "left": lambda stage, who: stage.do(who, person_left, person_id=dwelling.son(stage)),
    "note_tag": lambda stage, who: stage.do(
        who, note_tag, person_id=dwelling.aged(stage), kind="volunteer", source="door"
    ),
    "still": lambda stage, who: stage.do(who, still_true, tag_id=tag(stage), source="door"),
    "end": lambda stage, who: stage.do(who, end_tag, tag_id=tag(stage)),
    "live": lambda stage, who: stage.do(who, live_at, person_id=dwelling.aged(stage), home=None),
}


@pytest.mark.parametrize("who", [
    "dispatcher", "dispatcher_other", "district", "auditor", "responder", "worker_sibling", "worker_cousin",
    "head_other",
])  # fmt: skip
@pytest.mark.parametrize("act", sorted(ACTS))
def test_nobody_else_may(stage: Stage, who: str, act: str) -> None:
    before = dwelling.everything(stage)
    with pytest.raises((Forbidden, NotFound)):
        ACTS[act](stage, who)
    assert dwelling.everything(stage) == before


@pytest.mark.parametrize("who", ["worker", "head"])
@pytest.mark.parametrize("act", sorted(ACTS))
def test_who_works_on_site_may(stage: Stage, who: str, act: str) -> None:
    before = dwelling.everything(stage)
    ACTS[act](stage, who)
    assert dwelling.everything(stage) != before


def test_a_need_is_noted_as_fresh_as_its_kind_says(stage: Stage) -> None:
    person = dwelling.aged(stage)
    made = stage.do("worker", note_tag, person_id=person, kind="dialysis", source="self")
    row = Tag.objects.get(id=made.id)
    kind = TagKind.objects.get(code="dialysis")
    assert (row.stale_on, row.source, row.home_id) == (
        TODAY + timedelta(days=kind.fresh_days),
        "self",
        dwelling.home_id(stage),
    )
    assert kind.purpose and kind.basis
    (line,) = dwelling.trail(stage, "tag.note")
    assert line["detail"] == {"kind": "dialysis", "source": "self"}


def test_a_need_noted_twice_is_one_that_is_fresh(stage: Stage) -> None:
    person = dwelling.aged(stage)
    stage.do("worker", note_tag, person_id=person, kind="living_alone", source="phone")
    (row,) = stage.ask("select * from register_tag where person_id = %s", person)
    assert (row["stale_on"], row["source"]) == ("2026-04-01", "phone")


def test_a_kind_out_of_use_or_unknown_is_refused(stage: Stage) -> None:
    stage.own("update register_tagkind set is_active = false where code = 'low_income'")
    assert "low_income" not in [kind.code for kind in tag_kinds()]
    for kind in ("low_income", "religion", ""):
        with pytest.raises(InvalidInput) as caught:
            stage.do("worker", note_tag, person_id=dwelling.aged(stage), kind=kind, source="door")
        assert caught.value.code == "tag_kind_unknown"


def test_one_tap_makes_it_fresh_and_an_end_is_an_end(stage: Stage) -> None:
    one = tag(stage)
    assert stage.do("worker", still_true, tag_id=one, source="phone").stale_on == stale_from(TODAY, 30)
    stage.do("worker", end_tag, tag_id=one)
    assert Tag.objects.get(id=one).ended_on == TODAY
    for act in (
        lambda: stage.do("worker", end_tag, tag_id=one),
        lambda: stage.do("worker", still_true, tag_id=one, source="door"),
    ):
        with pytest.raises(WrongState):
            act()
    again = stage.do("worker", note_tag, person_id=dwelling.aged(stage), kind="living_alone", source="door")
    assert again.id != one


def test_who_leaves_the_neighbourhood_takes_his_needs_along(stage: Stage) -> None:
    person = dwelling.noted(stage, "赵一")
    stage.do("worker", note_tag, person_id=person.id, kind="volunteer", source="door")
    stage.do("worker", person_left, person_id=person.id, on=TODAY)
    assert Person.objects.get(id=person.id).left_on == TODAY
    assert [row.ended_on for row in Tag.objects.filter(person=person)] == [TODAY]
    with pytest.raises(WrongState) as caught:
        stage.do("worker", note_tag, person_id=person.id, kind="volunteer", source="door")
    assert caught.value.code == "person_left"


def test_who_lives_in_a_home_moves_out_first_and_no_day_to_come_is_taken(stage: Stage) -> None:
    with pytest.raises(WrongState) as caught:
        stage.do("worker", person_left, person_id=dwelling.aged(stage))
    assert caught.value.code == "person_at_home"
    with pytest.raises(InvalidInput):
        stage.do("worker", person_left, person_id=dwelling.son(stage), on=date(2026, 3, 3))


def test_needs_follow_their_person_into_another_home_and_area(stage: Stage) -> None:
    person, home = dwelling.aged(stage), dwelling.another_home(stage, code=cast.SIBLING_AREA)
    stage.do("head", live_at, person_id=person, home=home)
    (row,) = stage.ask("select * from register_tag where person_id = %s", person)
    assert (row["home_id"], row["area_id"]) == (home.id, dwelling.area(cast.SIBLING_AREA).id)
    assert people_of_home(stage._acting("worker_sibling"), home.id)[0].id == person
    with pytest.raises(NotFound):
        person_by_id(stage._acting("worker"), person)


def test_a_worker_moves_nobody_into_an_area_that_is_not_his(stage: Stage) -> None:
    home = dwelling.another_home(stage, code=cast.SIBLING_AREA)
    with pytest.raises(Forbidden):
        stage.do("worker", live_at, person_id=dwelling.aged(stage), home=home)


def test_people_are_found_by_a_part_of_their_name_in_one_committee(stage: Stage) -> None:
    actor, area_id = stage._acting("worker"), dwelling.area().id
    for words in ("王阿婆", "阿婆", " 阿 婆", "王"):
        assert [one.name for one in find_people(actor, area_id=area_id, words=words)] == ["王阿婆"], words
    for words in ("", "  ", "\0", "张", "%"):
        assert find_people(actor, area_id=area_id, words=words) == []
    assert find_people(actor, area_id=dwelling.area(cast.SIBLING_AREA).id, words="阿婆") == []
    assert [one.name for one in find_people(stage._acting("dispatcher"), area_id=area_id, words="阿婆")] == ["王阿婆"]
    for who in ("district", "auditor", "responder"):
        assert find_people(stage._acting(who), area_id=area_id, words="阿婆") == []


def test_a_name_is_looked_for_in_the_index_of_the_committee(stage: Stage) -> None:
    actor = stage._acting("worker")
    stage.own(
        "insert into register_person (id, area_id, name, source, checked_on) select gen_random_uuid(), %s, '张' || n,"
        " 'demo', '2026-01-01' from generate_series(1, 3000) n", dwelling.area(cast.SIBLING_AREA).id,
    )  # fmt: skip
    stage.own("analyze register_person")
    wanted = people(actor).filter(area_id=dwelling.area().id, name__icontains="阿婆")
    assert "Seq Scan on register_person" not in wanted.explain()
    with connection.cursor() as cursor:
        cursor.execute("set local enable_indexscan = off; set local enable_bitmapscan = off")
    assert "Seq Scan on register_person" in wanted.explain()


def test_needs_are_told_on_site_alone_and_the_stale_ones_first(stage: Stage) -> None:
    person = dwelling.aged(stage)
    stage.do("worker", note_tag, person_id=person, kind="dialysis", source="self")
    assert [one.kind_id for one in tags_of(stage._acting("head"), [person])[person]] == ["living_alone", "dialysis"]
    assert tags_of(stage._acting("dispatcher"), [person]) == {}
    area_id = dwelling.area().id
    assert [one.kind_id for one in stale_tags(stage._acting("worker"), area_id=area_id, today=TODAY)] == [
        "living_alone"
    ]
    late = TODAY + timedelta(days=400)
    assert [one.kind_id for one in stale_tags(stage._acting("worker"), area_id=area_id, today=late)] == [
        "living_alone", "dialysis",
    ]  # fmt: skip
    assert stale_tags(stage._acting("dispatcher"), area_id=area_id, today=late) == []


@pytest.mark.parametrize(("one", "other", "alike"), [
    ("王阿婆", "王阿婆", True), ("王 阿婆", "王阿婆", True), ("阿卜杜·拉赫曼", "阿卜杜拉赫曼", True),
    ("王桂芳", "王桂方", True), ("李桂芳", "王桂芳", True), ("王芳", "王桂芳", False), ("王阿婆", "王阿婆婆", True),
    ("王", "李", False), ("王", "王芳", False), ("王桂芳", "李大军", False), ("", "王", False), ("Li Na", "LINA", True),
])  # fmt: skip
def test_similar_names(one: str, other: str, alike: bool) -> None:
    assert similar(one, other) is alike and similar(other, one) is alike
    assert plain_name(one) == plain_name(plain_name(one))
