"""Notices and posts: what was sent to this post and its unit, read by this person, acted on in one post at a time."""

from __future__ import annotations

from datetime import date

import cast
import pytest
from casework.stage import Stage, unit
from web_desk.desk import Desk, Shown
from web_desk.inbox_stock import shown_numbers

from linli.access.api import as_system
from linli.accounts.api import Post
from linli.notices.api import send
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db

PARAMS = {"number": "2603-132-000001-K", "title": "楼道堆物", "due": "2026-03-02T04:00:00Z"}


def post_of(who: str) -> int:
    return Post.objects.get(user__username=who).id


def tell(who: str | None = None, *, to_unit: str | None = None, template: str = "dispatched", **params: str) -> None:
    """A notice to one post or one unit, written by Linli itself."""
    with as_system():
        send(
            area_id=area_by_code(cast.HOME_AREA).id, template=template, params=PARAMS | params,
            post_id=post_of(who) if who else None, unit_id=unit(to_unit).id if to_unit else None,
        )  # fmt: skip


def texts(page: Shown) -> list[str]:
    return [one.text for one in page.one("main").all("span", _class="l-row__main")]


def unread(desk: Desk, who: str) -> str:
    return desk.get(who, "notices/count", part=True).text


def test_nothing_yet_says_when_something_will_come(stage: Stage, desk: Desk) -> None:
    assert "还没有消息。有需要您办的事时会在这里出现。" in desk.get("worker", "notices").text
    assert "No notices yet" in desk.get("worker", "notices", lang="en").text
    assert unread(desk, "worker") == ""


def test_a_notice_reaches_its_post_and_no_other(stage: Stage, desk: Desk) -> None:
    tell("head", title="给站长的")
    assert [text for text in texts(desk.get("head", "notices")) if "给站长的" in text]
    for other in ("worker", "dispatcher", "district", "auditor", "head_other"):
        assert "给站长的" not in desk.get(other, "notices").text, other
        assert unread(desk, other) == ""
    assert unread(desk, "head").startswith("1")


def test_a_notice_to_a_unit_reaches_each_of_its_people_and_is_read_by_each_alone(stage: Stage, desk: Desk) -> None:
    tell(to_unit="property", title="给物业的")
    for mate in ("responder", "responder_mate"):
        assert "给物业的" in desk.get(mate, "notices").text
    page = desk.get("responder", "notices")
    desk.post("responder", "notices", {"id": page.one("input", name="id").attrs["value"]})
    assert (unread(desk, "responder"), unread(desk, "responder_mate")[:1]) == ("", "1")


def test_the_newest_comes_first_and_leads_to_its_matter(stage: Stage, desk: Desk) -> None:
    matter = stage.receive()
    tell("worker", title="旧的")
    tell("worker", title="新的", number=matter.number)
    page = desk.get("worker", "notices")
    assert [("新的" in text, "旧的" in text) for text in texts(page)] == [(True, False), (False, True)]
    links = [one.attrs["href"] for one in page.one("main").all("a", _class="l-row")]
    assert links[0] == f"/desk/{matter.number}"
    assert desk.get("worker", matter.number).status == 200


def test_what_was_read_is_read_once_for_all_and_stays_on_the_list(stage: Stage, desk: Desk) -> None:
    for count in range(3):
        tell("worker", title=f"第{count}条")
    page = desk.get("worker", "notices")
    ids = page.one("main").one("form").values["id"]
    assert len(ids) == 3 and unread(desk, "worker").startswith("3")
    for _ in range(2):
        assert desk.post("worker", "notices", {"id": ids[:2]}).status == 302
        assert unread(desk, "worker").startswith("1")
    page = desk.get("worker", "notices")
    assert len(texts(page)) == 3
    assert page.one("main").one("form").values["id"] == ids[2:]
    desk.post("worker", "notices", {"id": ids})
    assert not desk.get("worker", "notices").one("main").has("form")
    assert stage.one("select count(*) n from notices_receipt where user_id = %s", cast.user_of("worker").id) == 3


@pytest.mark.parametrize("given", [["x"], [""], ["' or true"], ["018a0c8b-e9b6-4688-b9c7-e1a938ccd98c"], []], ids=str)
def test_what_is_no_notice_is_passed_over(stage: Stage, desk: Desk, given: list[str]) -> None:
    tell("worker")
    mine = desk.get("worker", "notices").one("main").one("form").values["id"]
    assert desk.post("worker", "notices", {"id": given}).status == 302
    assert unread(desk, "worker").startswith("1")
    desk.post("worker", "notices", {"id": [*given, *mine]})
    assert unread(desk, "worker") == ""


def test_a_notice_of_another_is_not_read_for_him(stage: Stage, desk: Desk) -> None:
    tell("head")
    ids = desk.get("head", "notices").one("main").one("form").values["id"]
    desk.post("worker", "notices", {"id": ids})
    assert unread(desk, "head").startswith("1")


def test_a_notice_is_told_in_the_readers_language_with_the_hour_on_the_wall(stage: Stage, desk: Desk) -> None:
    tell("worker")
    (zh,), (en,) = (texts(desk.get("worker", "notices", lang=lang)) for lang in ("zh-hans", "en"))
    assert PARAMS["number"] in zh and "12:00" in zh and "New matter" not in zh
    assert en.startswith("New matter for you: 2603-132-000001-K") and "12:00" in en


def test_no_more_than_a_hundred_are_shown(stage: Stage, desk: Desk) -> None:
    for count in range(103):
        tell("worker", title=f"第{count:03}条")
    shown = texts(desk.get("worker", "notices"))
    assert len(shown) == 100
    assert "第102条" in shown[0] and "第003条" in shown[-1]


def second_post(stage: Stage, who: str = "worker", code: str = cast.COUSIN_AREA, until: str | None = None) -> int:
    """He is worker of another committee as well."""
    stage.own(
        "insert into accounts_post (user_id, role, area_id, deputy, starts_on, ends_on)"
        " values (%s, 'worker', %s, false, '2024-01-01', %s)", cast.user_of(who).id, area_by_code(code).id, until,
    )  # fmt: skip
    return int(stage.one("select max(id) n from accounts_post"))


def test_only_who_holds_several_posts_is_offered_another(stage: Stage, desk: Desk) -> None:
    assert not desk.get("worker", "").has("a", href="/desk/posts")
    second_post(stage)
    assert desk.get("worker", "").has("a", href="/desk/posts")
    assert not desk.get("head", "").has("a", href="/desk/posts")


def test_acting_in_another_post_changes_what_is_seen_and_back(stage: Stage, desk: Desk) -> None:
    here = stage.receive()
    there = stage.receive(area_id=area_by_code(cast.COUSIN_AREA).id)
    first, second = post_of("worker"), second_post(stage)
    page = desk.get("worker", "posts")
    assert [one.attrs["value"] for one in page.all("button", name="post")] == [str(first), str(second)]
    assert shown_numbers(desk.get("worker", "?view=triage")) == [here.number]
    got = desk.post("worker", "posts", {"post": str(second)})
    assert (got.status, got.headers["Location"]) == (302, "/desk/")
    after = desk.get("worker", "?view=triage")
    assert shown_numbers(after) == [there.number] and "已切换到另一岗位。" in after.text
    assert desk.get("worker", here.number).status == 404
    desk.post("worker", "posts", {"post": str(first)})
    assert shown_numbers(desk.get("worker", "?view=triage")) == [here.number]


@pytest.mark.parametrize("chosen", ["", "x", "0", "²", "-1", "99999999", "another's"])
def test_a_post_of_somebody_else_is_not_taken(stage: Stage, desk: Desk, chosen: str) -> None:
    here = stage.receive()
    given = str(post_of("district")) if chosen == "another's" else chosen
    got = desk.post("worker", "posts", {"post": given})
    assert got.status == 403 and "这不是您的岗位。" in got.text
    assert shown_numbers(desk.get("worker", "?view=triage")) == [here.number]
    assert desk.get("worker", "trail").status == 403


def test_a_post_that_ended_is_not_offered(stage: Stage, desk: Desk) -> None:
    ended = second_post(stage, until=str(date(2025, 1, 1)))
    page = desk.get("worker", "posts")
    assert str(ended) not in [one.attrs["value"] for one in page.all("button", name="post")]
    assert desk.post("worker", "posts", {"post": str(ended)}).status == 403
