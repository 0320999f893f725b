"""The words of every notice in both languages, and who of a unit and a post sees it."""

from __future__ import annotations

import re
from uuid import UUID

import cast
import pytest
from casework.stage import Stage, unit, user_id
from django.core import mail
from django.utils import translation

from linli.access.api import as_system
from linli.notices.api import Notice, carry, mark_read, notices_for, send, unread_count, words
from linli.notices.phrases import TEMPLATES
from linli.project.messages import compile_all
from linli.territory.api import area_by_code

PARAMS = {"number": "2603-132-000001-A", "title": "楼道<b>纸箱</b> 100%", "due": "2026-03-05T09:30:00+08:00"}
PARAMS |= {"area": PARAMS["number"], "name": PARAMS["title"]}  # what one speaks of that is about no matter
PARAMS |= {"spot": PARAMS["title"], "level": PARAMS["number"], "more": "3"}
CHINESE = {
    "dispatched", "reworked", "return_asked", "return_ruled", "extension_asked", "fed_back", "disputed", "warned",
    "overdue", "routed", "refusal_asked", "withdrawn", "review_suspended", "glass_broken", "charged", "charged_more",
}  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def _compiled() -> None:
    compile_all()


def test_the_templates_are_those_that_somebody_wrote_a_case_for() -> None:
    assert set(TEMPLATES) == CHINESE


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_a_notice_is_chinese_in_chinese_and_english_in_english(template: str) -> None:
    own = {
        "number": "N1",
        "title": "T1",
        "due": "–",
        "area": "N1",
        "name": "T1",
        "spot": "T1",
        "level": "N1",
        "more": "3",
    }
    with translation.override("zh-hans"):
        chinese = words(template, own)
    with translation.override("en"):
        english = words(template, own)
    assert re.search(r"[\u4e00-\u9fff]{2}", chinese)
    assert not re.search(r"[\u4e00-\u9fff]", english)
    assert not re.search(r"[A-Za-z]{3}", chinese)
    for said in (chinese, english):
        assert "N1" in said and "T1" in said
        assert "%(" not in said and "%%" not in said


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_what_a_resident_wrote_is_taken_as_it_is(language: str, template: str) -> None:
    with translation.override(language):
        assert PARAMS["title"] in words(template, PARAMS)


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_a_missing_value_is_an_error_and_no_half_sentence(template: str) -> None:
    with pytest.raises(KeyError):
        words(template, {"title": "T1", "spot": "T1"})


def test_all_sentences_differ() -> None:
    for language in ("zh-hans", "en"):
        with translation.override(language):
            said = [words(template, PARAMS) for template in TEMPLATES]
        assert len(set(said)) == len(said)


@pytest.mark.parametrize(("due", "shown"), [
    ("2026-03-05T01:30:00+00:00", "03-05 09:30"), ("2026-12-31T16:00:00+00:00", "01-01 00:00"),
    ("2026-03-05T09:30:00+08:00", "03-05 09:30"), ("", ""), ("soon", "soon"), ("无", "无"),
])  # fmt: skip
def test_a_due_time_is_told_in_shanghai_and_anything_else_as_it_is(due: str, shown: str) -> None:
    with translation.override("en"):
        assert words("dispatched", PARAMS | {"due": due}).endswith(f"due {shown}")


def post_of(stage: Stage, who: str) -> int:
    found: int = stage.one("select min(id) from accounts_post where user_id = %s", user_id(who))
    return found


def written(stage: Stage, template: str = "fed_back", **given: object) -> UUID:
    def write(actor: object) -> Notice:
        asked: dict[str, object] = {"area_id": area_by_code(cast.HOME_AREA).id, "params": PARAMS, **given}
        return send(template=template, **asked)  # type: ignore[arg-type]

    notice: Notice = stage.system(write)
    return notice.id


@pytest.mark.django_db
class TestWhoSees:
    @pytest.mark.parametrize("who", ["worker", "head", "dispatcher", "district", "responder", "auditor"])
    def test_a_notice_to_a_post_is_seen_by_its_holder_alone(self, stage: Stage, who: str) -> None:
        written(stage, post_id=post_of(stage, who))
        for other in ("worker", "head", "dispatcher", "district", "responder", "auditor", "responder_mate"):
            expected = 1 if other == who else 0
            assert stage.see(other, unread_count) == len(stage.see(other, notices_for)) == expected, other

    def test_a_notice_to_a_unit_is_seen_by_all_its_people_and_by_no_other_unit(self, stage: Stage) -> None:
        written(stage, unit_id=unit("property").id)
        seen = {who: stage.see(who, unread_count) for who in ("responder", "responder_mate", "responder_other")}
        assert seen == {"responder": 1, "responder_mate": 1, "responder_other": 0}

    def test_one_marks_as_read_only_what_one_may_see(self, stage: Stage) -> None:
        notice = written(stage, post_id=post_of(stage, "head"))
        stage.do("worker_cousin", mark_read, notice_ids=[notice])
        assert stage.ask("select * from notices_receipt") == []
        stage.do("head", mark_read, notice_ids=[notice])
        assert stage.see("head", unread_count) == 0

    def test_nothing_to_mark_is_no_error(self, stage: Stage) -> None:
        stage.do("head", mark_read, notice_ids=[])
        stage.do("head", mark_read, notice_ids=[UUID(int=0)])
        assert stage.ask("select * from notices_receipt") == []

    def test_of_several_only_those_marked_are_read(self, stage: Stage) -> None:
        first, second, third = (written(stage, post_id=post_of(stage, "head")) for _ in range(3))
        stage.do("head", mark_read, notice_ids=[first, third])
        assert {one.id: one.is_read for one in stage.see("head", notices_for)} == {
            first: True, second: False, third: True,
        }  # fmt: skip

    def test_a_notice_with_a_matter_leads_to_it(self, stage: Stage) -> None:
        matter = stage.receive()
        written(stage, post_id=post_of(stage, "worker"), matter_id=matter.id, urgent=True)
        shown = next(one for one in stage.see("worker", notices_for) if one.matter_id == matter.id)
        assert (shown.urgent, shown.template) == (True, "fed_back")


@pytest.mark.django_db
class TestMail:
    def carried(self) -> int:
        with as_system():
            return carry()

    def test_each_reader_gets_his_own_language(self, stage: Stage) -> None:
        stage.own("update accounts_user set email = 'a@example.org', language = 'en' where username = 'responder'")
        stage.own("update accounts_user set email = 'b@example.org' where username = 'responder_mate'")
        written(stage, "disputed", unit_id=unit("property").id)
        assert self.carried() == 1
        said = {letter.to[0]: letter.subject for letter in mail.outbox}
        assert said["a@example.org"].startswith("The reporter says it is not solved")
        assert re.search(r"[\u4e00-\u9fff]", said["b@example.org"].split(PARAMS["number"])[0])

    def test_an_urgent_notice_goes_out_at_night(self, stage: Stage) -> None:
        stage.own("update accounts_user set email = 'a@example.org' where username = 'head'")
        stage.pass_time(hours=14)
        written(stage, post_id=post_of(stage, "head"), urgent=True)
        written(stage, post_id=post_of(stage, "head"))
        assert (self.carried(), len(mail.outbox)) == (1, 1)

    def test_without_an_address_nothing_is_mailed_and_the_notice_counts_as_carried(self, stage: Stage) -> None:
        written(stage, post_id=post_of(stage, "head"))
        assert (self.carried(), self.carried(), len(mail.outbox)) == (1, 0, 0)
        assert stage.see("head", unread_count) == 1

    @pytest.mark.parametrize(("table", "change"), [
        ("accounts_user", "is_active = false"), ("accounts_post", "ends_on = '2026-03-01'"),
        ("accounts_post", "starts_on = '2026-03-03'"),
    ])  # fmt: skip
    def test_nothing_is_mailed_to_who_does_not_hold_the_post_today(self, stage: Stage, table: str, change: str) -> None:
        stage.own("update accounts_user set email = 'a@example.org' where username = 'head'")
        written(stage, post_id=post_of(stage, "head"))
        stage.own(
            f"update {table} set {change} where {'id' if table == 'accounts_user' else 'user_id'} = %s", user_id("head")
        )
        self.carried()
        assert mail.outbox == []
