"""The desk's pages of homes and people: what each role is shown, one-tap acts, faults that keep what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

import cast
import pytest
from casework.stage import Stage
from register import dwelling
from web_desk.desk import Desk, Node, Shown

from linli.casework.intake.api import Channel, Draft, receive_report
from linli.kernel.identifiers import synthetic_phone
from linli.register.households.api import ask_look, check_home, household_moves_out
from linli.register.people.api import note_tag
from linli.register.places.api import add_place
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db
NAME, MASKED = "王阿婆", "王*"


def home(stage: Stage, code: str = cast.HOME_AREA) -> str:
    return f"homes/{dwelling.home_id(stage, code)}"


def person(stage: Stage, who: UUID | None = None) -> str:
    return f"homes/people/{who or dwelling.aged(stage)}"


def form_to(page: Node, path: str, **holding: str) -> Node:
    """The form that is sent to an address below /desk/; with a button or field of this name and value."""
    found = [form for form in page.all("form", action=f"/desk/{path}") if all(
        any(one.attrs.get("name") == name and one.attrs.get("value") == value for one in form.below)
        for name, value in holding.items())]  # fmt: skip
    assert len(found) == 1, (path, holding, len(found))
    return found[0]


def goes(page: Node, path: str) -> bool:
    """Whether a form of the page is sent there."""
    return page.has("form", action=f"/desk/{path}")


def alert(page: Node) -> str:
    """What is told as gone wrong."""
    return " ".join(one.text for one in page.all(role="alert"))


def test_a_worker_sees_the_home_with_its_people_and_their_needs(stage: Stage, desk: Desk) -> None:
    page = desk.get("worker", home(stage))
    assert page.status == 200
    for words in ("瑞和苑", "3号楼", "501室", NAME, "独居老人", "户主", "户在人不在", "自住", "久未核对", "瑞和物业"):
        assert words in page.text, words
    assert goes(page, f"{home(stage)}/check") and goes(page, f"{home(stage)}/use")
    assert page.headers["Cache-Control"] == "no-store, private"


def test_it_says_the_same_in_english(stage: Stage, desk: Desk) -> None:
    text = desk.get("worker", home(stage), lang="en").text
    for words in (
        "Aged person living alone",
        "Head of household",
        "registered here, lives elsewhere",
        "1 person lives here",
    ):
        assert words in text, words


@pytest.mark.parametrize(
    ("who", "name", "need"), [("worker", NAME, True), ("head", NAME, True), ("dispatcher", MASKED, False)]
)
def test_names_are_whole_on_site_alone_and_needs_too(stage: Stage, desk: Desk, who: str, name: str, need: bool) -> None:
    for path in (home(stage), person(stage)):
        text = desk.get(who, path).text
        assert name in text and (NAME in text) is (name == NAME)
        assert ("独居老人" in text) is need


@pytest.mark.parametrize("who", ["district", "auditor"])
def test_who_sees_no_people_sees_the_home_alone(stage: Stage, desk: Desk, who: str) -> None:
    page = desk.get(who, home(stage))
    assert page.status == 200 and "501室" in page.text and "属地工作人员" in page.text
    assert not any(words in page.text for words in (NAME, MASKED, "独居老人", "李"))
    assert not page.has("a", href="/desk/homes")
    assert not [form for form in page.all("form") if "/homes/" in form.attrs.get("action", "")]
    assert desk.get(who, person(stage)).status == 403


@pytest.mark.parametrize("who", ["worker_cousin", "dispatcher_other", "head_other"])
def test_a_home_elsewhere_is_not_there(stage: Stage, desk: Desk, who: str) -> None:
    assert desk.get(who, home(stage)).status == 404
    assert desk.get(who, person(stage)).status == 404


@pytest.mark.parametrize("path", ["homes", "homes/checks", "homes/facilities", "homes/duplicates"])
def test_a_unit_has_no_register(stage: Stage, desk: Desk, path: str) -> None:
    assert desk.get("responder", path).status == 403
    assert stage.case is not None


PAGES = ("homes", "homes?q=501", "homes/checks", "homes/facilities", "homes/duplicates")


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("who", ["worker", "head", "dispatcher"])
def test_every_list_opens_for_who_may_and_shows_no_whole_name(
    stage: Stage, desk: Desk, who: str, path: str, lang: str
) -> None:
    page = desk.get(who, path, lang=lang)
    assert page.status == (403 if who == "dispatcher" and path == "homes/duplicates" else 200)
    assert NAME not in page.text and "李大军" not in page.text
    assert stage is not None


@pytest.mark.parametrize(("who", "tiles"), [
    ("worker", 4), ("head", 4), ("dispatcher", 3), ("district", 0), ("auditor", 0),
])  # fmt: skip
def test_the_register_shows_the_ways_a_post_may_go(desk: Desk, who: str, tiles: int) -> None:
    shown = [one.attrs["href"] for one in desk.get(who, "register").all("a", _class="l-card d-tile")]
    assert len([href for href in shown if href.startswith("/desk/homes")]) == tiles


def test_homes_and_people_are_found_and_masked(stage: Stage, desk: Desk) -> None:
    page = desk.get("worker", "homes?q=501")
    assert "501室" in page.text and MASKED in page.text
    page = desk.get("worker", "homes?q=阿婆")
    (row,) = [one for one in page.all("a", _class="l-row") if "/people/" in one.attrs["href"]]
    assert row.attrs["href"] == f"/desk/{person(stage)}" and row.text.startswith(MASKED)
    assert "没有符合" in desk.get("worker", "homes?q=诸葛").text
    assert "没有符合" not in desk.get("worker", "homes").text


def test_a_head_chooses_the_committee_and_nobody_one_that_is_not_his(stage: Stage, desk: Desk) -> None:
    page = desk.get("head", f"homes?q=501&area={cast.SIBLING_AREA}")
    (row,) = [one for one in page.all("a", _class="l-row") if "/homes/" in one.attrs["href"]]
    assert row.attrs["href"] == f"/desk/{home(stage, cast.SIBLING_AREA)}"
    assert page.one("select", name="area")
    assert not desk.get("worker", "homes").has("select", name="area")
    assert desk.get("worker", f"homes?area={cast.SIBLING_AREA}").status == 404


def test_a_whole_number_leads_to_its_person_and_stands_in_no_address(stage: Stage, desk: Desk) -> None:
    phone = synthetic_phone(31)
    found = dwelling.noted(stage, "赵一", phone=phone)
    got = desk.post("worker", "homes/by-number", {"number": phone})
    assert (got.status, got.headers["Location"]) == (302, f"/desk/{person(stage, found.id)}")
    (line,) = dwelling.trail(stage, "person.find")
    assert line["detail"] == {"found": 1} and phone not in str(line)
    nobody = desk.post("worker", "homes/by-number", {"number": synthetic_phone(32)})
    assert nobody.status == 200 and "没有此号码" in nobody.text
    wrong = desk.post("worker", "homes/by-number", {"number": "12345"})
    assert wrong.status == 422 and "不是手机号" in alert(wrong)
    assert wrong.one("input", name="number").attrs["value"] == "12345"
    assert desk.get("worker", "homes/by-number").status == 302


def test_a_new_use_is_kept_and_a_wrong_one_is_told(stage: Stage, desk: Desk) -> None:
    path = home(stage)
    done = desk.post("worker", f"{path}/use", {"use": "shared"}, part=True)
    assert done.status == 200 and done.one(id="home") and "群租" in done.text and "已记下" in done.text
    assert desk.post("worker", f"{path}/use", {"use": "let"}).headers["Location"] == f"/desk/{path}"
    for part in (True, False):
        wrong = desk.post("worker", f"{path}/use", {"use": "castle"}, part=part)
        assert wrong.status == 422 and "请从列表中选择" in alert(wrong)


def test_one_tap_on_the_page_closes_the_look(stage: Stage, desk: Desk) -> None:
    path = home(stage)
    page = desk.get("worker", path)
    assert form_to(page, f"{path}/check", found="same")
    done = desk.post("worker", f"{path}/check", {"found": "same"}, part=True)
    assert done.status == 200 and "待核查" not in done.text and "要求核查" in done.text
    again = desk.post("worker", f"{path}/ask", {}, part=True)
    assert "待核查" in again.text and "有人提请" in again.text
    assert desk.post("worker", f"{path}/check", {"found": "perhaps"}, part=True).status == 422


def test_a_dispatcher_asks_for_a_look_and_does_not_take_it(stage: Stage, desk: Desk) -> None:
    dwelling.close_checks(stage)
    page = desk.get("dispatcher", home(stage))
    assert goes(page, f"{home(stage)}/ask") and not goes(page, f"{home(stage)}/check")
    assert desk.post("dispatcher", f"{home(stage)}/check", {"found": "same"}).status == 403
    assert desk.post("dispatcher", f"{home(stage)}/ask", {}).status == 302


def move_in(stage: Stage, desk: Desk, path: str = "", **given: object) -> Shown:
    sent = {
        "name": "赵一",
        "relation": "head",
        "tenure": "rent",
        "since": "2026-03-01",
        "source": "door",
        "lives_here": "on",
    }
    return desk.post("worker", f"{path or home(stage)}/move-in", sent | given)


def test_numbers_are_sealed_shown_masked_and_opened_once(stage: Stage, desk: Desk) -> None:
    place, phone = dwelling.another_home(stage), synthetic_phone(41)
    wrong = move_in(stage, desk, f"homes/{place.id}", phone="12345", id_number="310115194105040029")
    assert wrong.status == 422 and wrong.has(id="id_phone_wrong") != wrong.has(id="id_id_number_wrong")
    assert wrong.one("input", name="phone").attrs["value"] == "12345"
    assert move_in(stage, desk, f"homes/{place.id}", phone=phone).status == 302
    found = UUID(stage.one("select id from register_person where name = '赵一'"))
    path = person(stage, found)
    page = desk.get("worker", path)
    assert f"160****{phone[7:]}" in page.text and phone not in page.text
    assert goes(page, f"{path}/open/phone") and not goes(page, f"{path}/open/id")
    refused = desk.post("worker", f"{path}/open/phone", {"purpose": "home_visit", "reason": ""}, part=True)
    assert refused.status == 422 and phone not in refused.text and alert(refused)
    asked = {"purpose": "home_visit", "reason": "约时间上门走访"}
    assert phone in desk.post("worker", f"{path}/open/phone", asked, part=True).text
    assert phone in desk.post("worker", f"{path}/open/phone", asked).text
    assert phone not in desk.get("worker", path).text
    assert stage.one("select count(*) from audit_opening where subject_id = %s", str(found)) == 2
    assert desk.post("worker", f"{path}/open/id", asked).status == 404
    assert desk.post("worker", f"{path}/open/face", asked).status == 404
    assert desk.get("worker", f"{path}/open/phone").status == 302
    assert desk.post("dispatcher", f"{path}/open/phone", asked).status == 403
    assert not goes(desk.get("dispatcher", path), f"{path}/open/phone")


def test_a_phone_is_set_by_a_correction(stage: Stage, desk: Desk) -> None:
    path, phone = person(stage), synthetic_phone(42)
    sent = {"name": NAME, "born_on": "1941-05-04", "sex": "0", "language": "", "source": "door", "phone": phone}
    done = desk.post("worker", f"{path}/correct", sent, part=True)
    assert done.status == 200 and f"160****{phone[7:]}" in done.text and phone not in done.text
    wrong = desk.post("worker", f"{path}/correct", sent | {"phone": "", "id_number": "1"}, part=True)
    assert wrong.status == 422 and wrong.has(id="correct-id_number_wrong")


def test_an_empty_home_asks_no_household_and_offers_the_head(stage: Stage, desk: Desk) -> None:
    place = dwelling.another_home(stage)
    page = desk.get("worker", f"homes/{place.id}")
    assert "还没有登记人员" in page.text
    form = desk.get("worker", f"homes/{place.id}/move-in").one("form", data_draft=f"move-in:{place.id}")
    assert "household" not in form.values and form.values["relation"] == ["head"]
    assert form.values["since"] == ["2026-03-02"] and form.values["source"] == ["door"]
    done = move_in(stage, desk, f"homes/{place.id}")
    assert (done.status, done.headers["Location"]) == (302, f"/desk/homes/{place.id}")
    page = desk.get("worker", f"homes/{place.id}")
    assert "赵一 已登记" in page.text and "租赁 3月1日起" in page.text


def test_into_a_household_that_lives_there_no_right_is_asked(stage: Stage, desk: Desk) -> None:
    place = dwelling.home_id(stage)
    form = desk.get("worker", f"{home(stage)}/move-in").one("form", data_draft=f"move-in:{place}")
    household = str(dwelling.household_of(stage, place))
    assert form.values["household"] == [household] and form.values["relation"] == ["other"]
    assert move_in(stage, desk, household=household, tenure="", relation="child").status == 302
    assert stage.one("select count(*) from register_household where home_id = %s", place) == 1


def test_people_of_the_same_name_are_offered_before_one_is_noted_twice(stage: Stage, desk: Desk) -> None:
    place = dwelling.another_home(stage)
    path = f"homes/{place.id}"
    asked = move_in(stage, desk, path, name=NAME)
    assert asked.status == 422 and "同名人员" in " ".join(asked.errors)
    assert [one.attrs["value"] for one in asked.all("input", name="person")] == [str(dwelling.aged(stage)), "new"]
    assert asked.one("input", name="name").attrs["value"] == NAME
    before = stage.one("select count(*) from register_person")
    assert move_in(stage, desk, path, name=NAME, person=str(dwelling.aged(stage))).status == 302
    assert stage.one("select count(*) from register_person") == before
    assert stage.one("select home_id from register_person where id = %s", dwelling.aged(stage)) == place.id
    assert move_in(stage, desk, home(stage), name=NAME, person="new", household="new").status == 302
    assert stage.one("select count(*) from register_person") == before + 1


@pytest.mark.parametrize(("given", "field"), [
    ({"name": ""}, "name"), ({"tenure": ""}, "tenure"), ({"relation": "king"}, "relation"),
    ({"since": "2999-01-01"}, ""), ({"born_on": "2999-01-01"}, ""), ({"born_on": "x"}, "born_on"),
])  # fmt: skip
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(
    stage: Stage, desk: Desk, given: Mapping[str, str], field: str
) -> None:
    place = dwelling.another_home(stage)
    before = dwelling.everything(stage)
    page = move_in(stage, desk, f"homes/{place.id}", **given)
    assert page.status == 422 and page.errors
    assert page.has(id=f"id_{field}_wrong") or not field
    form = page.one("form", data_draft=f"move-in:{place.id}")
    assert form.values["since"] == [given.get("since", "2026-03-01")]
    assert dwelling.everything(stage) == before


def test_a_member_changes_and_leaves_and_all_move_out(stage: Stage, desk: Desk) -> None:
    path, place = home(stage), dwelling.home_id(stage)
    member = stage.one("select id from register_member where person_id = %s", dwelling.aged(stage))
    assert form_to(desk.get("worker", path), f"homes/members/{member}", do="relation")
    done = desk.post("worker", f"homes/members/{member}", {"do": "relation", "relation": "parent"}, part=True)
    assert done.status == 200 and "父母" in done.text
    assert (
        desk.post("worker", f"homes/members/{member}", {"do": "relation", "relation": "king"}, part=True).status == 422
    )
    assert desk.post("worker", f"homes/members/{member}", {"do": "dance"}).status == 404
    assert desk.post("worker", f"homes/members/{member}", {"do": "leave", "gone": "on"}).status == 302
    assert stage.one("select left_on from register_person where id = %s", dwelling.aged(stage)) == "2026-03-02"
    twice = desk.post("worker", f"homes/members/{member}", {"do": "leave"}, part=True)
    assert twice.status == 422 and "已不在该户" in alert(twice)
    household = dwelling.household_of(stage, place)
    out = desk.post("worker", f"homes/households/{household}/out", {}, part=True)
    assert out.status == 200 and "曾住户" in out.text and "还没有登记人员" in out.text
    assert desk.post("worker", f"homes/households/{household}/out", {}, part=True).status == 422


def test_a_stale_need_is_true_still_by_one_tap_from_the_home(stage: Stage, desk: Desk) -> None:
    tag = stage.one("select id from register_tag where person_id = %s", dwelling.aged(stage))
    page = desk.get("worker", home(stage))
    assert "待复核" in page.text and form_to(page, f"homes/needs/{tag}", do="still", at="home")
    done = desk.post("worker", f"homes/needs/{tag}", {"do": "still", "at": "home"}, part=True)
    assert done.status == 200 and done.one(id="home") and "前有效" in done.text and not goes(done, f"homes/needs/{tag}")


def test_a_need_is_noted_confirmed_and_ended_on_the_page_of_its_person(stage: Stage, desk: Desk) -> None:
    path = person(stage)
    page = desk.get("worker", path)
    assert "living_alone" not in [one.attrs["value"] for one in page.one("select", name="kind").all("option")]
    assert "残疾人保障法" in page.text
    done = desk.post("worker", f"{path}/needs", {"kind": "dialysis", "source": "self"}, part=True)
    assert (
        done.status == 200 and "透析" in done.text and "封闭管理时的就医通道" in done.text and "本人告知" in done.text
    )
    tag = stage.one("select id from register_tag where kind_id = 'dialysis'")
    assert desk.post("worker", f"homes/needs/{tag}", {"do": "still"}).headers["Location"] == f"/desk/{path}"
    assert desk.post("worker", f"homes/needs/{tag}", {"do": "end"}, part=True).status == 200
    again = desk.post("worker", f"homes/needs/{tag}", {"do": "end"}, part=True)
    assert again.status == 422 and "已结束" in alert(again)
    assert desk.post("worker", f"homes/needs/{tag}", {"do": "dance"}).status == 404
    for kind in ("", "religion"):
        wrong = desk.post("worker", f"{path}/needs", {"kind": kind, "source": "door"}, part=True)
        assert wrong.status == 422 and wrong.errors
        assert "open" in wrong.one("select", name="kind").attrs or any(
            "open" in fold.attrs for fold in wrong.all("details", _class="d-act")
        )


def test_a_correction_is_kept_and_a_wrong_one_keeps_what_was_typed(stage: Stage, desk: Desk) -> None:
    path = person(stage)
    sent = {"name": "王桂芳", "born_on": "1941-05-04", "sex": "2", "language": "wuu", "source": "phone"}
    done = desk.post("worker", f"{path}/correct", sent, part=True)
    assert done.status == 200 and "王桂芳" in done.text and "女" in done.text and "电话" in done.text
    (line,) = dwelling.trail(stage, "person.correct")
    assert line["detail"] == {"fields": ["language", "name", "sex"]}
    wrong = desk.post("worker", f"{path}/correct", sent | {"born_on": "2999-01-01", "name": "王桂花"}, part=True)
    assert wrong.status == 422 and wrong.one("input", id="correct-name").attrs["value"] == "王桂花"
    assert "出生日期不正确" in " ".join(wrong.errors)
    whole = desk.post("worker", f"{path}/correct", sent | {"name": ""})
    assert whole.status == 422 and whole.one("main")


def test_who_lives_nowhere_here_may_have_left(stage: Stage, desk: Desk) -> None:
    son, aged = person(stage, dwelling.son(stage)), person(stage)
    assert goes(desk.get("worker", son), f"{son}/left") and not goes(desk.get("worker", aged), f"{aged}/left")
    assert desk.post("worker", f"{aged}/left", {}, part=True).status == 422
    done = desk.post("worker", f"{son}/left", {}, part=True)
    assert done.status == 200 and "离开" in done.text and not goes(done, f"{son}/left")


def test_the_page_of_a_person_tells_every_household(stage: Stage, desk: Desk) -> None:
    place = dwelling.another_home(stage)
    found = dwelling.settled(stage, place.id, "赵一", since=date(2026, 1, 5))
    stage.do("worker", household_moves_out, household_id=dwelling.household_of(stage, place.id), on=date(2026, 2, 5))
    text = desk.get("worker", person(stage, found.id)).text
    assert "502室" in text and "1月5日 – 2月5日" in text and "户主" in text
    assert "不属于任何一户" in desk.get("worker", person(stage, dwelling.noted(stage, "钱二").id)).text


def twins(stage: Stage) -> list[UUID]:
    return sorted(dwelling.noted(stage, "钱多多", born_on=date(1960, 6, 6)).id for _n in range(2))


def test_two_records_are_compared_merged_and_taken_apart(stage: Stage, desk: Desk) -> None:
    one, other = twins(stage)
    page = desk.get("worker", "homes/duplicates")
    (row,) = page.all("a", _class="l-row")
    assert row.attrs["href"] == f"/desk/homes/duplicates/{one}/{other}" and "姓名、出生日期相同" in row.text
    before = dwelling.everything(stage)
    path = f"homes/duplicates/{one}/{other}"
    side = desk.get("worker", path)
    assert side.text.count("钱多多") == 2 and "保留第一条" in side.text
    merged = desk.post("worker", path, {"do": "other"})
    assert merged.headers["Location"] == f"/desk/{person(stage, other)}"
    assert desk.get("worker", person(stage, one)).headers["Location"] == f"/desk/{person(stage, other)}"
    verdict = stage.one("select id from register_verdict where same")
    kept = desk.get("worker", person(stage, other))
    assert form_to(kept, f"homes/merges/{verdict}/undo") and "并入本记录" in kept.text
    assert "其中一条记录已被合并" in desk.get("worker", path).text
    assert desk.post("worker", path, {"do": "one"}).status == 422
    assert desk.post("worker", f"homes/merges/{verdict}/undo", {}).headers["Location"] == f"/desk/{path}"
    assert dwelling.everything(stage) == before
    assert desk.post("worker", f"homes/merges/{verdict}/undo", {}).status == 409
    assert desk.get("worker", f"homes/merges/{verdict}/undo").status == 302


def test_two_people_are_not_shown_again(stage: Stage, desk: Desk) -> None:
    one, other = twins(stage)
    path = f"homes/duplicates/{one}/{other}"
    assert desk.post("worker", path, {"do": ""}).status == 422
    assert desk.post("worker", path, {"do": "apart"}).headers["Location"] == "/desk/homes/duplicates"
    page = desk.get("worker", "homes/duplicates")
    assert "没有疑似重复" in page.text and "已确认为两个人" in page.text


def test_from_the_list_one_tap_answers_with_its_row(stage: Stage, desk: Desk) -> None:
    path = home(stage)
    page = desk.get("worker", "homes/checks")
    assert "501室" in page.text and MASKED in page.text and "独居老人" in page.text
    sent = form_to(page, f"{path}/check").values
    row = desk.post(
        "worker", f"{path}/check", {"found": "same", **{k: v[0] for k, v in sent.items() if k == "row"}}, part=True
    )
    assert row.status == 200 and row.one("li") and "已核查" in row.text
    assert "没有待核查的房屋" in desk.get("worker", "homes/checks").text
    plain = desk.post("worker", f"{path}/check", {"found": "same", "back": "/desk/homes/checks"})
    assert plain.headers["Location"] == "/desk/homes/checks"
    away = desk.post("worker", f"{path}/check", {"found": "same", "back": "https://evil.example/"})
    assert away.headers["Location"] == f"/desk/{path}"


def test_a_stale_need_is_confirmed_from_the_list_and_the_list_is_empty_then(stage: Stage, desk: Desk) -> None:
    tag = stage.one("select id from register_tag where person_id = %s", dwelling.aged(stage))
    done = desk.post("worker", f"homes/needs/{tag}", {"do": "still", "back": "/desk/homes/checks"})
    assert done.headers["Location"] == "/desk/homes/checks"
    assert "都在有效期内" in desk.get("worker", "homes/checks").text


def test_a_dispatcher_sees_the_homes_to_look_at_and_no_need(stage: Stage, desk: Desk) -> None:
    page = desk.get("dispatcher", f"homes/checks?area={cast.HOME_AREA}")
    assert "501室" in page.text and "独居老人" not in page.text and not goes(page, f"{home(stage)}/check")


def test_facilities_are_inspected_and_put_right(stage: Stage, desk: Desk) -> None:
    assert "还没有登记设施" in desk.get("worker", "homes/facilities").text
    stage._acting("worker")
    made = stage.do(
        "worker", add_place, area=area_by_code(cast.HOME_AREA), kind="facility", name="消防栓", inspect_days=30
    )
    page = desk.get("worker", "homes/facilities")
    assert "消防栓" in page.text and "从未巡检" in page.text
    path = f"homes/facilities/{made.id}"
    done = desk.post("worker", path, {"do": "inspect", "state": "faulty", "area": cast.HOME_AREA})
    assert done.headers["Location"] == f"/desk/homes/facilities?area={cast.HOME_AREA}"
    page = desk.get("worker", "homes/facilities")
    assert "损坏" in page.text and "从未巡检" not in page.text and "4月1日前再检" in page.text
    assert desk.post("worker", path, {"do": "state", "state": "working"}).status == 302
    wrong = desk.post("worker", path, {"do": "state", "state": "shiny", "area": cast.HOME_AREA})
    assert wrong.status == 422 and "请从列表中选择" in alert(wrong)
    assert desk.post("worker", path, {"do": "dance"}).status == 404
    assert desk.post("worker_cousin", path, {"do": "inspect", "state": "working"}).status == 403
    assert desk.get("worker", path).status == 302


def test_the_matters_of_a_home_stand_beside_it(stage: Stage, desk: Desk) -> None:
    place = dwelling.home_id(stage)
    opened, closed = (stage.opened() for _n in range(2))
    draft = Draft(channel=Channel.DESK, words="水管漏水", place_id=place)
    waiting = stage.do("worker", receive_report, draft=draft)
    from_elsewhere = stage.opened()
    stage.own("update casework_case set place_id = %s where id in (%s, %s)", place, opened.id, closed.id)
    stage.own("update casework_case set state = 'closed' where id = %s", closed.id)
    page = desk.get("worker", home(stage))
    rows = [one.attrs["href"].rsplit("/", 1)[-1] for one in page.all("a", _class="l-row")]
    assert rows == [waiting.number, opened.number, closed.number]
    assert from_elsewhere.number not in page.text
    other = dwelling.another_home(stage)
    assert "没有过事项" in desk.get("worker", f"homes/{other.id}").text


def test_the_trail_of_a_home_is_for_auditors_alone(stage: Stage, desk: Desk) -> None:
    place = dwelling.home_id(stage)
    stage.do("worker", check_home, home_id=place, found="same")
    stage.do("worker", ask_look, home_id=place)
    page = desk.get("auditor", home(stage))
    assert "操作记录" in page.text and "上门核查" in page.text and "要求核查" in page.text
    assert page.has("a", href=f"/desk/trail/place:{place}")
    assert "操作记录" not in desk.get("worker", home(stage)).text


def test_who_left_keeps_no_need_to_be_noted(stage: Stage, desk: Desk) -> None:
    found = dwelling.noted(stage, "赵一")
    stage.do("worker", note_tag, person_id=found.id, kind="volunteer", source="door")
    stage.own("update register_person set left_on = '2026-03-01' where id = %s", found.id)
    page = desk.get("worker", person(stage, found.id))
    assert "已离开" in page.text and not goes(page, f"{person(stage, found.id)}/needs")


@pytest.mark.parametrize("path", [
    "homes/{home}/use", "homes/{home}/check", "homes/{home}/ask", "homes/members/{member}", "homes/needs/{tag}",
    "homes/households/{household}/out", "homes/people/{person}/correct", "homes/people/{person}/left",
    "homes/people/{person}/needs",
])  # fmt: skip
def test_an_act_that_is_only_looked_at_changes_nothing_and_leads_back(stage: Stage, desk: Desk, path: str) -> None:
    place = dwelling.home_id(stage)
    ids = {
        "home": place, "person": dwelling.aged(stage), "household": dwelling.household_of(stage, place),
        "member": stage.one("select id from register_member where person_id = %s", dwelling.aged(stage)),
        "tag": stage.one("select id from register_tag where person_id = %s", dwelling.aged(stage)),
    }  # fmt: skip
    before = dwelling.everything(stage)
    got = desk.get("worker", path.format(**ids))
    assert got.status == 302 and got.headers["Location"] in (f"/desk/homes/{place}", f"/desk/{person(stage)}")
    assert dwelling.everything(stage) == before
    assert desk.get("worker_cousin", path.format(**ids)).status == 404
    assert desk.post("dispatcher", path.format(**ids), {}).status in (302, 403, 422)
