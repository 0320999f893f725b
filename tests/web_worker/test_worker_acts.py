"""Each act of a worker by its form: what it writes, what it refuses, and that nothing typed is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from casework.stage import ITEM, MILESTONE, Matter, Stage
from django.test import Client
from pages import Part, alerts, main_of
from pictures import encoded, shot, shots
from pytest_django import Settings
from visitors import SignIn

from linli.casework.cases.api import CaseState, open_case
from linli.casework.dispatch.api import accept_assignment, dispatch_case

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, settings: Settings) -> None:
    """Photos of a test lie in a folder of its own."""
    settings.LINLI_FILES_ROOT = str(tmp_path / "files")


@pytest.fixture
def doer(visitor: SignIn) -> Client:
    return visitor("responder_urban")


@pytest.fixture
def matter(stage: Stage) -> Matter:
    """Handled by urban management; the item wants a photo of the result and has two milestones."""
    return stage.case_in(CaseState.HANDLING)


def post(client: Client, matter: Matter, slug: str, **fields: Any) -> Any:
    return client.post(f"/work/matter/{matter.id}/{slug}/", fields)


def form(client: Client, matter: Matter, slug: str, **query: str) -> Part:
    answer = client.get(f"/work/matter/{matter.id}/{slug}/", query)
    assert answer.status_code == 200
    return main_of(answer)


def last(stage: Stage, matter: Matter) -> dict[str, Any]:
    return stage.entries(matter)[-1]


def test_being_on_site_with_photos_and_words(stage: Stage, doer: Client, matter: Matter) -> None:
    answer = post(doer, matter, "arrive", words="已到现场", photos=shots(2))
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/work/matter/{matter.id}/")
    entry = last(stage, matter)
    assert (entry["act"], entry["words"], len(entry["photos"]), entry["visibility"]) == (
        "arrive", "已到现场", 2, "public",
    )  # fmt: skip
    assert stage.running(matter).isdisjoint({"respond"})
    page = main_of(doer.get(answer.headers["Location"]))
    assert "已记到场" in page.words
    assert len(page.one("section", aria_labelledby="story-h").all("img")) == 2


def test_being_on_site_needs_nothing_typed(stage: Stage, doer: Client, matter: Matter) -> None:
    assert post(doer, matter, "arrive").status_code == 302
    assert (last(stage, matter)["act"], last(stage, matter)["words"]) == ("arrive", "")


def test_a_step_stops_no_clock(stage: Stage, doer: Client, matter: Matter) -> None:
    before = {key: clock["met_at"] for key, clock in stage.clocks(matter).items()}
    assert post(doer, matter, "step", words="约谈产权人").status_code == 302
    assert {key: clock["met_at"] for key, clock in stage.clocks(matter).items()} == before
    assert last(stage, matter)["words"] == "约谈产权人"


def test_the_milestones_are_offered_until_they_are_reached(stage: Stage, doer: Client, matter: Matter) -> None:
    first = form(doer, matter, "milestone").offered("label")
    assert MILESTONE in first and len(first) == 2
    assert post(doer, matter, "milestone", label=MILESTONE, words="已停工").status_code == 302
    assert (last(stage, matter)["act"], last(stage, matter)["data"]["label"]) == ("milestone", MILESTONE)
    assert stage.clocks(matter)[("milestone", MILESTONE)]["met_at"] is not None
    rest = form(doer, matter, "milestone")
    assert rest.offered("label") == [label for label in first if label != MILESTONE]
    assert rest.chosen("label") == rest.offered("label")  # the only one left is chosen beforehand
    assert post(doer, matter, "milestone", label=rest.offered("label")[0]).status_code == 302
    assert doer.get(f"/work/matter/{matter.id}/milestone/").status_code == 409


def test_a_milestone_in_english_is_called_by_its_english_name(doer: Client, matter: Matter) -> None:
    words = form(doer, matter, "milestone", lang="en").words
    assert "Which milestone" in words and MILESTONE not in words


@pytest.mark.parametrize("label", ["", "不存在的节点"])
def test_a_milestone_that_the_matter_has_not_is_refused(stage: Stage, doer: Client, matter: Matter, label: str) -> None:
    before = stage.snapshot(matter)
    answer = post(doer, matter, "milestone", label=label, words="写了半天")
    assert answer.status_code == 422 and alerts(main_of(answer)) == ["请选择节点。"]
    assert main_of(answer).value("words") == "写了半天"
    assert stage.snapshot(matter) == before


RESULTS = [("solved", "实际解决"), ("explained", "解释说明"), ("unsolvable", "无法解决")]


@pytest.mark.parametrize(("result", "word"), RESULTS, ids=[result for result, _ in RESULTS])
def test_the_result_goes_to_somebody_elses_eyes(
    stage: Stage, doer: Client, matter: Matter, result: str, word: str
) -> None:
    answer = post(doer, matter, "result", result=result, words="说明情况", photos=[shot()])
    assert answer.headers["Location"] == "/work/today/"
    assert stage.case(matter)["state"] == "fed_back" and stage.case(matter)["result"] == result
    assert "verify" in stage.running(matter)
    assert word in main_of(doer.get(f"/work/matter/{matter.id}/")).words


def test_solved_needs_the_photo_that_the_item_asks_for(stage: Stage, doer: Client, matter: Matter) -> None:
    before = stage.snapshot(matter)
    answer = post(doer, matter, "result", result="solved", words="已恢复原状")
    page = main_of(answer)
    assert answer.status_code == 422 and alerts(page) == ["缺少处置后照片。"]
    assert page.value("words") == "已恢复原状" and page.chosen("result") == ["solved"]
    assert stage.snapshot(matter) == before
    assert post(doer, matter, "result", result="explained", words="当事人不在，已说明").status_code == 302


def test_before_and_after_stand_side_by_side_in_the_story(stage: Stage, doer: Client, matter: Matter) -> None:
    post(doer, matter, "arrive", photos=[shot("a.jpg")])
    post(doer, matter, "result", result="solved", words="拆除", photos=[shot("b.jpg", encoded(colour=(1, 90, 9)))])
    (pair,) = main_of(doer.get(f"/work/matter/{matter.id}/")).all("div", class_="l-pair")
    before, after = pair.all("figure")
    arrived, fed_back = (stage.entries(matter)[n]["photos"][0] for n in (-2, -1))
    assert before.one("a").attrs["href"] == f"/work/photo/{arrived}/full/"
    assert after.one("a").attrs["href"] == f"/work/photo/{fed_back}/full/"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"words": "做好了"}, "请选择处置结果。"),
        ({"words": "做好了", "result": "perfect"}, "请选择处置结果。"),
        ({"result": "explained", "words": " \n "}, "请简要说明处置结果。"),
    ],
    ids=["no result", "an invented result", "no words"],
)
def test_a_result_without_its_parts_is_refused(
    stage: Stage, doer: Client, matter: Matter, fields: dict[str, str], told: str
) -> None:
    before = stage.snapshot(matter)
    answer = post(doer, matter, "result", **fields)
    assert (answer.status_code, alerts(main_of(answer))) == (422, [told])
    assert stage.snapshot(matter) == before


def test_photos_already_here_are_not_asked_for_again(stage: Stage, doer: Client, matter: Matter) -> None:
    refused = main_of(post(doer, matter, "result", words="", result="solved", photos=shots(2)))
    kept = [part.attrs["value"] for part in refused.all("input", name="photo")]
    assert len(kept) == 2 and "已上传" in refused.words
    assert post(doer, matter, "result", words="好了", result="solved", photo=kept).status_code == 302
    assert last(stage, matter)["photos"] == kept


def test_the_seventh_photo_is_refused_and_six_are_kept(stage: Stage, doer: Client, matter: Matter) -> None:
    answer = post(doer, matter, "step", words="七张", photos=shots(7))
    page = main_of(answer)
    assert answer.status_code == 422 and alerts(page) == ["最多上传 6 张照片，您选了 7 张。"]
    kept = [part.attrs["value"] for part in page.all("input", name="photo")]
    assert len(kept) == 6 and page.value("words") == "七张"
    assert stage.acts(matter)[-1] == "accept"
    assert post(doer, matter, "step", words="六张", photo=kept).status_code == 302
    assert len(last(stage, matter)["photos"]) == 6


@pytest.mark.parametrize("data", [encoded()[:300], b"%PDF-1.7 not a photo", b"GIF89a"], ids=["cut", "pdf", "stub"])
def test_a_file_that_is_no_photo_is_named_and_the_words_stay(
    stage: Stage, doer: Client, matter: Matter, data: bytes
) -> None:
    answer = post(doer, matter, "step", words="仔细写的话", photos=[shot("现场.jpg", data), shot("b.jpg")])
    page = main_of(answer)
    assert answer.status_code == 422
    (told,) = alerts(page)
    assert "现场.jpg" in told
    assert page.value("words") == "仔细写的话" and len(page.all("input", name="photo")) == 1
    assert stage.acts(matter)[-1] == "accept"


def test_a_photo_of_a_matter_elsewhere_is_neither_shown_nor_taken_over(
    stage: Stage, visitor: SignIn, doer: Client, matter: Matter
) -> None:
    post(doer, matter, "step", photos=[shot()])
    (mine,) = last(stage, matter)["photos"]
    far = stage.receive(area_id=None, place_id=_cousins_place(stage))
    stage.do("worker_cousin", open_case, report_id=far.id, item_code=ITEM)
    stage.do("worker_cousin", dispatch_case, case_id=far.id)
    stage.do("responder_urban", accept_assignment, case_id=far.id)
    before = stage.snapshot(far)
    answer = post(doer, far, "step", words="借一张照片", photo=[mine])
    assert answer.status_code == 422 and main_of(answer).value("words") == "借一张照片"
    assert stage.snapshot(far) == before
    assert visitor("worker_cousin").get(f"/work/photo/{mine}/full/").status_code == 404
    assert doer.get(f"/work/photo/{mine}/full/").status_code == 200


def _cousins_place(stage: Stage) -> int:
    found: int = stage.one("select id from register_place where code = 'cast.310115132005'")
    return found


def test_a_photo_comes_small_and_large_and_stays_private(doer: Client, matter: Matter, stage: Stage) -> None:
    post(doer, matter, "step", photos=[shot("big.jpg", encoded(side=900))])
    (mine,) = last(stage, matter)["photos"]
    small, large = (doer.get(f"/work/photo/{mine}/{size}/") for size in ("thumb", "full"))
    assert small.headers["Content-Type"] == large.headers["Content-Type"] == "image/jpeg"
    assert len(small.content) < len(large.content)
    assert "private" in large.headers["Cache-Control"]
    assert Client().get(f"/work/photo/{mine}/full/").status_code == 302


def test_returning_is_asked_once_with_a_legal_reason(stage: Stage, doer: Client) -> None:
    offered = stage.case_in(CaseState.DISPATCHED)
    page = form(doer, offered, "return")
    assert page.offered("reason") == [
        "not_our_area", "not_our_duty", "other_unit_by_law", "needs_higher_level", "facts_wrong",
    ]  # fmt: skip
    assert post(doer, offered, "return", reason="not_our_duty", words="属房管办").status_code == 302
    assert stage.case(offered)["state"] == "return_asked"
    entry = last(stage, offered)
    assert (entry["words"], entry["data"]["reason"], entry["visibility"]) == ("属房管办", "not_our_duty", "staff")
    assert "ruling" in stage.running(offered)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"words": "不归我"}, "请从列表中选择理由。"),
        ({"words": "不归我", "reason": "too_far"}, "请从列表中选择理由。"),
        ({"reason": "not_our_duty"}, "请写明理由。"),
    ],
    ids=["no reason", "an invented reason", "no words"],
)
def test_a_return_without_its_parts_is_refused(stage: Stage, doer: Client, fields: dict[str, str], told: str) -> None:
    offered = stage.case_in(CaseState.DISPATCHED)
    before = stage.snapshot(offered)
    answer = post(doer, offered, "return", **fields)
    assert (answer.status_code, alerts(main_of(answer))) == (422, [told])
    assert stage.snapshot(offered) == before


@pytest.mark.parametrize(("amount", "unit"), [("2", "d"), ("1.5", "h"), ("999", "n")])
def test_more_time_is_asked_once(stage: Stage, doer: Client, matter: Matter, amount: str, unit: str) -> None:
    assert post(doer, matter, "extend", amount=amount, unit=unit, words="等材料").status_code == 302
    entry = last(stage, matter)
    assert (entry["data"]["amount"], entry["data"]["unit"], entry["words"]) == (amount, unit, "等材料")
    assert doer.get(f"/work/matter/{matter.id}/extend/").status_code == 409
    again = post(doer, matter, "extend", amount=amount, unit=unit, words="再等等")
    assert again.status_code == 422 and stage.acts(matter).count("extend_ask") == 1


@pytest.mark.parametrize("amount", ["", "0", "-3", "many", "NaN", "Infinity", "1000", "1e9", "二"])
def test_a_length_that_is_none_is_refused(stage: Stage, doer: Client, matter: Matter, amount: str) -> None:
    before = stage.snapshot(matter)
    answer = post(doer, matter, "extend", amount=amount, unit="d", words="等材料")
    page = main_of(answer)
    assert answer.status_code == 422 and alerts(page) == ["请说明还需要多长时间。"]
    assert (page.value("amount"), page.value("unit"), page.value("words")) == (amount, "d", "等材料")
    assert stage.snapshot(matter) == before


def test_more_time_after_the_deadline_is_refused(stage: Stage, doer: Client, matter: Matter) -> None:
    stage.pass_time(days=60)
    answer = post(doer, matter, "extend", amount="2", unit="d", words="来不及")
    assert answer.status_code == 422 and "extend_ask" not in stage.acts(matter)


def test_asking_to_wait_is_a_word_to_the_desk_and_stops_nothing(stage: Stage, doer: Client, matter: Matter) -> None:
    clocks = stage.clocks(matter)
    assert post(doer, matter, "wait", words="等业主大会").status_code == 302
    entry = last(stage, matter)
    assert (entry["act"], entry["visibility"]) == ("comment", "staff") and "等业主大会" in entry["words"]
    assert stage.case(matter)["state"] == "handling" and stage.clocks(matter) == clocks
    refused = post(doer, matter, "wait", words=" ")
    assert alerts(main_of(refused)) == ["请说明要等什么。"]


def test_a_remark_is_read_by_those_who_work_on_it_and_not_by_the_reporter(
    stage: Stage, visitor: SignIn, doer: Client, matter: Matter
) -> None:
    assert post(doer, matter, "remark", words="内部：当事人情绪激动").status_code == 302
    assert "当事人情绪激动" in main_of(visitor("worker").get(f"/work/matter/{matter.id}/")).words
    assert "当事人情绪激动" not in visitor().get(f"/r/{matter.link}/").content.decode()
    assert post(doer, matter, "remark", words="").status_code == 422


def test_accepting_twice_is_refused_the_second_time(stage: Stage, doer: Client) -> None:
    offered = stage.case_in(CaseState.DISPATCHED)
    assert post(doer, offered, "accept").status_code == 302
    answer = post(doer, offered, "accept")
    assert answer.status_code == 422 and "已进入下一步" in alerts(main_of(answer))[0]
    assert stage.acts(offered).count("accept") == 1


@pytest.mark.parametrize("who", ["worker", "head", "dispatcher"])
def test_the_desk_reads_a_units_matter_but_does_not_do_its_work(
    stage: Stage, visitor: SignIn, matter: Matter, who: str
) -> None:
    client = visitor(who)
    page = main_of(client.get(f"/work/matter/{matter.id}/"))
    assert page.all("a", href=f"/work/matter/{matter.id}/arrive/") == []
    before = stage.snapshot(matter)
    answer = post(client, matter, "arrive")
    assert answer.status_code == 422 and alerts(main_of(answer)) == ["这件事项不在您的单位。"]
    assert stage.snapshot(matter) == before


@pytest.mark.parametrize("slug", ["arrive", "result", "step", "extend"])
def test_every_form_says_what_is_wanted_in_english(doer: Client, matter: Matter, slug: str) -> None:
    page = form(doer, matter, slug, lang="en")
    wanted = {
        "arrive": "Take a wide picture and a close one of what you find.", "result": "What came of it",
        "step": "(may be left empty)", "extend": "How much more",
    }  # fmt: skip
    assert wanted[slug] in page.words


def test_words_come_back_harmless(doer: Client, matter: Matter) -> None:
    naughty = "<script>alert(1)</script>'\"&</textarea>"
    assert post(doer, matter, "step", words=naughty).status_code == 302
    html = doer.get(f"/work/matter/{matter.id}/").content.decode()
    assert "<script>alert(1)" not in html and "&lt;script&gt;alert(1)" in html
    refused = post(doer, matter, "result", words=naughty)
    assert main_of(refused).value("words") == naughty
