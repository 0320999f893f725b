"""Saved filters are one person's own: names, limits, the start page, and that nobody else comes near them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cast
import pytest
from casework.stage import Stage
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.access.api import Principal, as_system, enter_public
from linli.accounts.api import (
    MAX_FILTER_NAME,
    MAX_FILTERS,
    SavedFilter,
    delete_filter,
    filter_by_id,
    filters_of,
    rename_filter,
    save_filter,
    start_with_filter,
)
from linli.kernel.errors import Conflict, InvalidInput, LinliError, NotFound

pytestmark = pytest.mark.django_db

As = Callable[[str], Principal]
QUERY = "view=overdue&cls=S"
EVERY_ROLE = ("worker", "head", "dispatcher", "district", "responder", "auditor")


def names(actor: Principal) -> list[str]:
    return [one.name for one in filters_of(actor)]


def all_rows(stage: Stage) -> list[dict[str, Any]]:
    return stage.ask("select f.*, u.username from accounts_savedfilter f join accounts_user u on u.id = f.user_id")


def refused(action: Callable[[], object]) -> tuple[type[LinliError], str]:
    with pytest.raises(LinliError) as caught:
        action()
    return type(caught.value), caught.value.code


@pytest.mark.parametrize("who", EVERY_ROLE)
def test_every_role_keeps_changes_and_throws_away_its_own(acting: As, who: str) -> None:
    me = acting(who)
    kept = save_filter(actor=me, name="每天先看", query=QUERY)
    assert [(one.name, one.query, one.is_start) for one in filters_of(me)] == [("每天先看", QUERY, False)]
    rename_filter(actor=me, filter_id=kept.id, name="超期的")
    start_with_filter(actor=me, filter_id=kept.id)
    assert [(one.name, one.is_start) for one in filters_of(me)] == [("超期的", True)]
    delete_filter(actor=me, filter_id=kept.id)
    assert names(me) == []


@pytest.mark.parametrize("other", ["head", "dispatcher", "district", "auditor", "responder"])
def test_nobody_sees_or_changes_another_persons(acting: As, stage: Stage, other: str) -> None:
    kept = save_filter(actor=acting("worker"), name="我的", query=QUERY)
    them = acting(other)
    save_filter(actor=them, name="我的", query="view=open")
    before = all_rows(stage)
    assert names(them) == ["我的"] and filters_of(them).get().query == "view=open"
    for action in (
        lambda: filter_by_id(them, kept.id),
        lambda: rename_filter(actor=them, filter_id=kept.id, name="别人的"),
        lambda: delete_filter(actor=them, filter_id=kept.id),
        lambda: start_with_filter(actor=them, filter_id=kept.id),
    ):
        assert refused(action) == (NotFound, "filter_unknown")
    assert all_rows(stage) == before


@pytest.mark.parametrize("other", ["head", "dispatcher", "district", "auditor", "responder"])
def test_the_database_alone_keeps_others_out(acting: As, stage: Stage, other: str) -> None:
    """Raw SQL without the code's own filter, by people above, beside and everywhere."""
    kept = save_filter(actor=acting("worker"), name="我的", query=QUERY)
    owner = stage.one("select user_id from accounts_savedfilter where id = %s", kept.id)
    acting(other)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from accounts_savedfilter")
        assert cursor.fetchone() == (0,)
        for statement in ("update accounts_savedfilter set name = 'x'", "delete from accounts_savedfilter"):
            cursor.execute(statement)
            assert cursor.rowcount == 0
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        SavedFilter.objects.create(user_id=owner, name="替你存的", query=QUERY)
    acting("worker")
    assert SavedFilter.objects.filter(id=kept.id).update(name="改了") == 1


def test_the_code_alone_keeps_others_out(acting: As, stage: Stage) -> None:
    """With row security out of the way, as the database's owner."""
    kept = save_filter(actor=acting("worker"), name="我的", query=QUERY)
    them = acting("head")
    with connection.cursor() as cursor:
        cursor.execute("select set_config('role', %s, true)", [connection.settings_dict["USER"]])
    assert SavedFilter.objects.count() == 1
    assert names(them) == []
    assert refused(lambda: delete_filter(actor=them, filter_id=kept.id)) == (NotFound, "filter_unknown")
    start_with_filter(actor=them, filter_id=None)
    assert SavedFilter.objects.count() == 1


def test_a_filter_is_not_given_away(acting: As) -> None:
    me = acting("worker")
    kept = save_filter(actor=me, name="我的", query=QUERY)
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        SavedFilter.objects.filter(id=kept.id).update(user_id=cast.user_of("head").id)
    assert names(me) == ["我的"]


def test_nobody_and_linli_itself_see_none(acting: As) -> None:
    save_filter(actor=acting("worker"), name="我的", query=QUERY)
    assert SavedFilter.objects.count() == 1
    with as_system():
        assert SavedFilter.objects.count() == 0
    enter_public()
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        SavedFilter.objects.count()


@pytest.mark.parametrize("same", ["超期", " 超期 ", "超期\u200b", "Überfällig", "ÜBERFÄLLIG", "überfällig  "])
def test_a_name_used_twice_is_refused_with_its_name_and_nothing_is_overwritten(acting: As, same: str) -> None:
    me = acting("worker")
    first = "超期" if "超期" in same else "Überfällig"
    save_filter(actor=me, name=first, query=QUERY)
    with pytest.raises(Conflict) as caught:
        save_filter(actor=me, name=same, query="view=open")
    assert caught.value.code == "filter_name_taken"
    assert str(caught.value).startswith("您已有名为“") and same.strip().strip("\u200b") in str(caught.value)
    assert [(one.name, one.query) for one in filters_of(me)] == [(first, QUERY)]


def test_a_rename_to_a_name_in_use_is_refused_and_to_ones_own_is_not(acting: As) -> None:
    me = acting("worker")
    save_filter(actor=me, name="甲", query=QUERY)
    second = save_filter(actor=me, name="乙", query="view=open")
    assert refused(lambda: rename_filter(actor=me, filter_id=second.id, name="甲")) == (Conflict, "filter_name_taken")
    assert names(me) == ["乙", "甲"]
    rename_filter(actor=me, filter_id=second.id, name=" 乙 ")
    assert names(me) == ["乙", "甲"]


def test_a_name_that_was_thrown_away_is_free_again(acting: As) -> None:
    me = acting("worker")
    delete_filter(actor=me, filter_id=save_filter(actor=me, name="甲", query=QUERY).id)
    save_filter(actor=me, name="甲", query="view=open")
    assert [(one.name, one.query) for one in filters_of(me)] == [("甲", "view=open")]


@pytest.mark.parametrize(
    ("name", "query", "code"),
    [
        ("", QUERY, "filter_unnamed"),
        (" \t\u200b\n", QUERY, "filter_unnamed"),
        ("名" * (MAX_FILTER_NAME + 1), QUERY, "filter_name_long"),
        ("空的", "", "filter_empty"),
        ("太长", "q=" + "x" * 2000, "filter_empty"),
    ],
    ids=["no name", "only blanks", "long name", "no condition", "endless condition"],
)
def test_what_cannot_be_kept_is_refused_and_not_kept(acting: As, name: str, query: str, code: str) -> None:
    me = acting("worker")
    assert refused(lambda: save_filter(actor=me, name=name, query=query)) == (InvalidInput, code)
    assert names(me) == []
    save_filter(actor=me, name="名" * MAX_FILTER_NAME, query=QUERY)
    assert names(me) == ["名" * MAX_FILTER_NAME]


@pytest.mark.parametrize("name", ["", "名" * (MAX_FILTER_NAME + 1)])
def test_a_bad_new_name_leaves_the_old_one(acting: As, name: str) -> None:
    me = acting("worker")
    kept = save_filter(actor=me, name="甲", query=QUERY)
    assert refused(lambda: rename_filter(actor=me, filter_id=kept.id, name=name))[0] is InvalidInput
    assert names(me) == ["甲"]


def test_a_person_keeps_so_many_and_no_more(acting: As) -> None:
    me = acting("worker")
    for number in range(MAX_FILTERS):
        save_filter(actor=me, name=f"第{number:02}个", query=QUERY)
    assert refused(lambda: save_filter(actor=me, name="再一个", query=QUERY)) == (Conflict, "filters_too_many")
    assert len(names(me)) == MAX_FILTERS
    delete_filter(actor=me, filter_id=filters_of(me)[0].id)
    save_filter(actor=me, name="再一个", query=QUERY)
    assert "再一个" in names(me) and len(names(me)) == MAX_FILTERS
    assert save_filter(actor=acting("head"), name="站长的", query=QUERY).id


def test_the_list_opens_with_one_filter_at_most(acting: As) -> None:
    me = acting("worker")
    first, second = (save_filter(actor=me, name=name, query=QUERY).id for name in ("甲", "乙"))
    for chosen in (first, second, second, None, first):
        start_with_filter(actor=me, filter_id=chosen)
        assert [one.id for one in filters_of(me) if one.is_start] == ([chosen] if chosen else [])
    delete_filter(actor=me, filter_id=first)
    assert [one.is_start for one in filters_of(me)] == [False]


def test_an_unknown_start_changes_nothing(acting: As) -> None:
    me = acting("worker")
    kept = save_filter(actor=me, name="甲", query=QUERY)
    start_with_filter(actor=me, filter_id=kept.id)
    assert refused(lambda: start_with_filter(actor=me, filter_id=kept.id + 999)) == (NotFound, "filter_unknown")
    assert filters_of(me).get().is_start


def test_the_start_of_one_is_not_the_start_of_another(acting: As) -> None:
    kept = save_filter(actor=acting("worker"), name="甲", query=QUERY)
    start_with_filter(actor=acting("worker"), filter_id=kept.id)
    start_with_filter(actor=acting("head"), filter_id=None)
    assert filters_of(acting("worker")).get().is_start


def test_how_a_person_arranges_his_desk_stands_on_no_trail(acting: As, stage: Stage) -> None:
    count = "select count(*) from audit_record"
    me, before = acting("worker"), stage.one(count)
    kept = save_filter(actor=me, name="甲", query=QUERY)
    rename_filter(actor=me, filter_id=kept.id, name="乙")
    start_with_filter(actor=me, filter_id=kept.id)
    delete_filter(actor=me, filter_id=kept.id)
    assert stage.one(count) == before


def test_whatever_is_typed_as_a_name_is_kept_plain_or_refused(acting: As) -> None:
    me = acting("worker")

    @given(st.text(max_size=60))
    @settings(max_examples=80, deadline=None, database=None)
    def holds(typed: str) -> None:
        with transaction.atomic():
            try:
                kept = save_filter(actor=me, name=typed, query=QUERY)
            except InvalidInput as error:
                assert error.code in ("filter_unnamed", "filter_name_long")
            else:
                stored = filter_by_id(me, kept.id).name
                assert 0 < len(stored) <= MAX_FILTER_NAME
                assert stored == stored.strip() and "\n" not in stored and "\x00" not in stored
                assert refused(lambda: save_filter(actor=me, name=stored, query=QUERY))[1] == "filter_name_taken"
            transaction.set_rollback(True)

    holds()
