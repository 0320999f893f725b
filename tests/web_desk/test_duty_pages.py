"""The pages of duty: who sees what, what can be mended in place, and what is refused with its reason."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date

import cast
import pages
import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from register.duty_cast import area, chain, charge, level, owned, place, post, resident

from linli.accounts.api import Post
from linli.audit.api import trail_of
from linli.calendar.api import today
from linli.register.duty.api import Card, Chain, ChainLevel, Charge, Leave
from linli.register.places.api import Place

pytestmark = pytest.mark.django_db
ClientAs = Callable[[str], Client]
READERS = ("worker", "head", "dispatcher", "district", "auditor")


def said(client: Client, address: str, *, status: int = 200, language: str = "en", **data: object) -> pages.Part:
    path, _mark, query = address.partition("?")
    asked = QueryDict(query, mutable=True)
    asked.update({**{key: str(value) for key, value in data.items()}, "lang": language})
    answer = client.get(f"{path}?{asked.urlencode()}")
    assert answer.status_code == status, (address, answer.status_code)
    return pages.page_of(answer)


def sent(client: Client, name: str, /, *args: object, status: int = 302, **data: object) -> str:
    """POST a form; where it leads, or the words of the page it comes back with."""
    answer = client.post(reverse(name, args=args), data)
    assert answer.status_code == status, (name, answer.status_code, answer.content.decode()[:400])
    return answer.headers["Location"] if status == 302 else pages.page_of(answer).words


@owned
def charges(**given: object) -> list[Charge]:
    return list(Charge.objects.filter(**given).order_by("id"))


@owned
def leaves() -> list[Leave]:
    return list(Leave.objects.filter(starts_on__gte=date(2025, 1, 1)))


@owned
def entrances(count: int = 3) -> list[Place]:
    """Entrances of building 3, so that it is no door of its own."""
    building = place()
    return [
        Place.objects.create(
            code=f"web.e{nth}", kind="entrance", area_id=building.area_id, parent_id=building.id,
            compound_id=building.compound_id, name=f"{nth}单元", address=f"瑞和苑3号楼{nth}单元",
        )
        for nth in range(count)
    ]  # fmt: skip


@owned
def end(which: Charge) -> None:
    Charge.objects.filter(id=which.id).update(ends_on=today())


class TestTheFirstPage:
    @pytest.mark.parametrize("who", ["worker", "head", "dispatcher"])
    def test_each_chain_tells_how_complete_it_is(self, client_as: ClientAs, who: str) -> None:
        page = said(client_as(who), "/desk/duty/")
        assert "Two levels" in page.words
        if who == "worker":
            assert "Complete: all 1 entrances have exactly one accountable at every level." in page.words
        else:
            assert page.all("a", href=f"/desk/duty/proof/{chain().id}?level={level(2).id}")

    @pytest.mark.parametrize("who", ["district", "auditor"])
    def test_for_the_whole_district_counting_is_asked_for(self, client_as: ClientAs, who: str) -> None:
        page = said(client_as(who), "/desk/duty/")
        assert "Count what is missing" in page.words
        assert "Not in order" not in page.words

    def test_a_building_head_finds_his_buildings_and_his_card(self, client_as: ClientAs) -> None:
        page = said(client_as("building_head"), "/desk/duty/")
        assert "瑞和苑3号楼" in page.words
        assert "楼组长老陈" in page.words
        assert "Diagram of duty" not in page.words
        assert page.all("form", action=f"/desk/duty/cards/{card_id()}/withdraw")

    def test_with_nothing_laid_it_says_who_does_it(self, client_as: ClientAs) -> None:
        end(charge())
        page = said(client_as("building_head"), "/desk/duty/")
        assert "Nothing was laid on you yet. Your station head does it." in page.words

    def test_where_no_chain_holds_the_way_to_begin_one_is_shown_to_who_may(self, client_as: ClientAs) -> None:
        page = said(client_as("dispatcher_other"), "/desk/duty/")
        assert page.all("a", href="/desk/duty/chains/new")

    @pytest.mark.parametrize("who", ["responder"])
    def test_units_have_no_business_here(self, client_as: ClientAs, who: str) -> None:
        for address in ("/desk/duty/", "/desk/duty/chart", f"/desk/duty/proof/{chain().id}"):
            said(client_as(who), address, status=403)

    def test_the_tile_leads_here(self, client_as: ClientAs) -> None:
        assert said(client_as("worker"), "/desk/register").all("a", href="/desk/duty/")


@owned
def card_id() -> int:
    return Card.objects.get(post__isnull=False, withdrawn_at=None).id


class TestTheDiagram:
    def test_names_stand_where_they_answer(self, client_as: ClientAs) -> None:
        page = said(client_as("worker"), "/desk/duty/chart")
        rows = [row.words for row in page.one("table").all("tr")]
        assert rows[0].split() == ["Entrance", "or", "house", "Committee", "Building"]
        assert rows[1] == "3号楼 worker building head"
        assert "Complete" in page.words

    def test_a_gap_is_marked_in_words_and_given_by_who_may(self, client_as: ClientAs) -> None:
        end(charge())
        for who, may in (("worker", False), ("head", True)):
            page = said(client_as(who), "/desk/duty/chart", area=area().id)
            cell = page.one("td", data_cause="gap")
            assert "Nobody is charged" in cell.words
            link = f"/desk/duty/lay/{level(2).id}?place={place().id}"
            assert bool(cell.all("a", href=link)) is may

    def test_only_what_is_not_in_order(self, client_as: ClientAs) -> None:
        assert "Everything is in order here." in said(client_as("worker"), "/desk/duty/chart", open="on").words
        end(charge())
        assert "3号楼" in said(client_as("worker"), "/desk/duty/chart", open="on").words

    @pytest.mark.parametrize(
        ("who", "name"), [("worker_cousin", "王阿婆"), ("dispatcher", "王*"), ("district", "a resident")]
    )
    def test_a_resident_is_named_as_far_as_the_reader_may_know(self, client_as: ClientAs, who: str, name: str) -> None:
        page = said(client_as(who), "/desk/duty/chart", area=area(cast.COUSIN_AREA).id)
        assert name in page.one("table").words
        assert name == "王阿婆" or "王阿婆" not in page.words

    def test_another_area_is_not_there(self, client_as: ClientAs) -> None:
        said(client_as("worker"), "/desk/duty/chart", status=404, area=area(cast.COUSIN_AREA).id)
        said(client_as("worker"), "/desk/duty/chart", status=404, area="x")

    def test_it_reads_in_chinese(self, client_as: ClientAs) -> None:
        page = said(client_as("worker"), "/desk/duty/chart", language="zh-hans")
        assert "楼组包干图" in page.words
        assert "居民区" in page.one("table").words


class TestTheProof:
    def test_it_counts_by_level_and_lists_each_door(self, client_as: ClientAs) -> None:
        end(charge())
        page = said(client_as("head"), f"/desk/duty/proof/{chain().id}", area=area().path)
        assert "瑞和苑3号楼" in page.words
        assert "Nobody is charged" in page.words
        assert page.all("a", href=f"/desk/duty/door/{place().id}")

    def test_what_is_in_order_is_said(self, client_as: ClientAs) -> None:
        page = said(client_as("worker"), f"/desk/duty/proof/{chain().id}")
        assert "Nothing is missing and nothing is doubled." in page.words

    def test_it_is_narrowed_by_cause_and_level(self, client_as: ClientAs) -> None:
        end(charge())
        for given, shown in (({"cause": "gap"}, True), ({"cause": "overlap"}, False), ({"level": level(1).id}, False)):
            page = said(client_as("worker"), f"/desk/duty/proof/{chain().id}", **given)
            assert bool(page.all("a", href=f"/desk/duty/door/{place().id}")) is shown, given

    @pytest.mark.parametrize("given", [{"area": "310115"}, {"cause": "x"}, {"level": "x"}, {"after": "x.y"}])
    def test_what_makes_no_sense_is_left_aside(self, client_as: ClientAs, given: dict[str, str]) -> None:
        page = said(client_as("worker"), f"/desk/duty/proof/{chain().id}", **given)
        assert "1 entrances and houses" in page.words

    def test_pages_lead_on(self, client_as: ClientAs) -> None:
        doors = entrances(60)
        end(charge())
        first = said(client_as("worker"), f"/desk/duty/proof/{chain().id}")
        more = next(link for link in first.all("a") if "after=" in link.attrs.get("href", ""))
        second = said(client_as("worker"), f"/desk/duty/proof/{chain().id}" + more.attrs["href"])
        shown = [
            {link.attrs["href"] for link in page.all("a") if "/desk/duty/door/" in link.attrs.get("href", "")}
            for page in (first, second)
        ]
        assert [len(one) for one in shown] == [50, 10]
        assert shown[0] | shown[1] == {f"/desk/duty/door/{door.id}" for door in doors}

    def test_an_entrance_is_given_to_somebody_in_place(self, client_as: ClientAs) -> None:
        (door, *_rest) = entrances()
        end(charge())
        head = client_as("head")
        page = said(head, f"/desk/duty/proof/{chain().id}", area=area().path)
        opener = page.all("summary", hx_get=True)[0]
        short = said(head, opener.attrs["hx-get"]).one("div", id="lay-short")
        values = {field.attrs["name"]: field.attrs.get("value", "") for field in short.all("input")}
        answer = head.post(short.one("form").attrs["action"], {
            "spots": values["spots"], "seat": values["seat"], "starts_on": values["starts_on"],
            "holder": f"post-{post('building_head').id}",
        })  # fmt: skip
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(f"/desk/duty/proof/{chain().id}?area=")
        assert [one.post_id for one in charges(place_id=door.id)] == [post("building_head").id]

    @pytest.mark.parametrize("who", ["worker_cousin", "head_other", "dispatcher_other", "building_head"])
    def test_others_see_their_own_area_or_nothing(self, client_as: ClientAs, who: str) -> None:
        answer = client_as(who).get(f"/desk/duty/proof/{chain().id}", {"area": area().path})
        assert answer.status_code == (403 if who == "building_head" else 200)
        assert "瑞和苑3号楼" not in answer.content.decode() or who != "dispatcher_other"
        assert f"{area().name}瑞和苑" not in answer.content.decode()

    def test_the_export_has_every_line_and_is_on_record(self, client_as: ClientAs) -> None:
        entrances(60)
        end(charge())
        client = client_as("worker")
        assert client.get(reverse("desk:duty_export", args=[chain().id])).status_code == 302
        answer = client.post(reverse("desk:duty_export", args=[chain().id]), {"cause": "gap"})
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert len(rows) == 61
        assert all(len(row) == 6 for row in rows)
        assert {row[3] for row in rows[1:]} == {"无人包干"}
        assert owned(lambda: [one.detail["rows"] for one in trail_of("chain", str(chain().id))])() == [60]

    def test_who_has_too_much_is_named_to_those_on_site(self, client_as: ClientAs) -> None:
        entrances(3)
        owned(lambda: ChainLevel.objects.filter(id=level(2).id).update(most_doors=2))()
        page = said(client_as("worker"), f"/desk/duty/proof/{chain().id}")
        assert "Too much for one" in page.words
        assert "building head" in page.words
        assert "3 / 2" in page.words


class TestLaying:
    def test_a_list_of_entrances_is_laid_on_one(self, client_as: ClientAs) -> None:
        doors = entrances(3)
        head = client_as("head")
        page = said(head, f"/desk/duty/lay/{level(2).id}", area=area().id)
        offered = {box.attrs["value"] for box in page.all("input", type="checkbox", name="spots")}
        assert offered == {f"place-{one.id}" for one in [*doors, place()]}
        assert "(now building head)" in page.words
        answer = head.post(f"/desk/duty/lay/{level(2).id}?area={area().id}", {
            "spots": [f"place-{door.id}" for door in doors], "seat": "accountable",
            "holder": f"post-{post('worker').id}", "starts_on": str(today()),
        })  # fmt: skip
        assert answer.headers["Location"] == f"/desk/duty/chart?area={area().id}&chain={chain().id}"
        assert len(charges(post_id=post("worker").id, level_id=level(2).id)) == 3

    def test_a_resident_is_found_by_name(self, client_as: ClientAs) -> None:
        head = client_as("head")
        page = said(head, f"/desk/duty/lay/{level(2).id}", area=area().id, who="阿婆")
        assert page.all("option", value=f"person-{resident().id}")
        assert not said(head, f"/desk/duty/lay/{level(2).id}", area=area().id).all(
            "option", value=f"person-{resident().id}"
        )

    def test_in_town_residents_are_offered_masked_and_in_the_district_none(self, client_as: ClientAs) -> None:
        for who, name in (("dispatcher", "王*"), ("district", None)):
            page = said(client_as(who), f"/desk/duty/lay/{level(2).id}", area=area().id, who="王")
            found = page.all("option", value=f"person-{resident().id}")
            assert [one.words.startswith(name or "") for one in found] == ([True] if name else [])

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"holder": ""}, "This field is required"), ({"holder": "post-0"}, "is not one of the available choices"),
            ({"spots": []}, "Choose what he is to answer for."), ({"starts_on": "x"}, "Enter a valid date"),
            ({"spots": None}, "Somebody is accountable there already"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
        self, client_as: ClientAs, changed: dict[str, object], words: str
    ) -> None:
        (door, *_rest) = entrances()
        head = client_as("head")
        head.get("/desk/duty/", {"lang": "en"})
        given = {
            "spots": [f"place-{door.id}"], "seat": "accountable", "holder": f"post-{post('worker').id}",
            "starts_on": str(today()), **changed,
        }  # fmt: skip
        if changed.get("spots", 0) is None:
            given["spots"] = [f"place-{place().id}"]
        answer = head.post(f"/desk/duty/lay/{level(2).id}?area={area().id}&lang=en", given)
        assert answer.status_code == 422
        assert words in pages.page_of(answer).words
        assert charges(place_id=door.id) == []

    def test_one_comes_back_to_a_page_of_the_desk_and_to_no_other(self, client_as: ClientAs) -> None:
        doors = entrances(3)
        head = client_as("head")
        for door, back, leads in zip(
            doors, ("/desk/duty/", "https://evil.example/", "//evil.example/desk/"), (True, False, False), strict=True
        ):
            answer = head.post(f"/desk/duty/lay/{level(2).id}?place={door.id}&next={back}", {
                "spots": [f"place-{door.id}"], "seat": "accountable", "holder": f"post-{post('worker').id}",
                "starts_on": str(today()),
            })  # fmt: skip
            assert (answer.headers["Location"] == back) is leads
            assert "evil" not in answer.headers["Location"]

    @pytest.mark.parametrize("who", ["worker", "auditor", "building_head"])
    def test_who_may_not_lay_is_kept_out(self, client_as: ClientAs, who: str) -> None:
        assert client_as(who).get(reverse("desk:duty_lay", args=[level(2).id])).status_code == 403

    def test_a_whole_committee_is_laid_on_one(self, client_as: ClientAs) -> None:
        dispatcher = client_as("dispatcher")
        sibling = area(cast.SIBLING_AREA)
        answer = dispatcher.post(f"/desk/duty/lay/{level(1).id}?area={sibling.id}", {
            "spots": [f"area-{sibling.id}"], "seat": "accountable",
            "holder": f"post-{post('worker_sibling').id}", "starts_on": str(today()),
        })  # fmt: skip
        assert answer.status_code == 302
        assert [one.place_id for one in charges(post_id=post("worker_sibling").id)] == [None]


class TestOneCharge:
    @pytest.mark.parametrize("who", [*READERS, "building_head"])
    def test_everybody_inside_reads_it_and_who_may_changes_it(self, client_as: ClientAs, who: str) -> None:
        page = said(client_as(who), f"/desk/duty/charges/{charge().id}")
        assert "building head" in page.words
        assert "On leave" not in page.words
        may = who in ("head", "dispatcher", "district")
        assert bool(page.all("form", action=f"/desk/duty/charges/{charge().id}/end")) is may

    def test_it_is_handed_over_with_its_history(self, client_as: ClientAs) -> None:
        head = client_as("head")
        old = charge()
        where = sent(head, "desk:duty_hand_over", old.id, holder=f"post-{post('worker').id}", on=str(today()))
        (new,) = charges(post_id=post("worker").id, level_id=level(2).id)
        assert where == f"/desk/duty/charges/{new.id}"
        page = said(head, where)
        assert page.all("a", href=f"/desk/duty/charges/{old.id}")
        assert "This charge is over" in said(head, f"/desk/duty/charges/{old.id}").words

    def test_what_is_refused_comes_back_with_its_reason(self, client_as: ClientAs) -> None:
        head = client_as("head")
        said(head, "/desk/duty/", language="zh-hans")
        words = sent(head, "desk:duty_hand_over", charge().id, status=422, on=str(today()),
                     holder=f"post-{post('building_head').id}")  # fmt: skip
        assert "已由此人包干" in words
        words = sent(head, "desk:duty_leave", charge().id, status=422, starts_on=str(today()), ends_on="2020-01-01")
        assert "返岗日期早于离岗日期" in words

    @pytest.mark.parametrize("stand_in", ["", "post"])
    def test_a_leave_is_noted_and_ended(self, client_as: ClientAs, stand_in: str) -> None:
        head = client_as("head")
        given = f"post-{post('worker').id}" if stand_in else ""
        sent(head, "desk:duty_leave", charge().id, starts_on=str(today()), ends_on="", stand_in=given)
        (leave,) = leaves()
        assert leave.stand_in_post_id == (post("worker").id if stand_in else None)
        page = said(head, f"/desk/duty/charges/{charge().id}")
        assert ("worker stands in." if stand_in else "Nobody stands in: it counts as a gap.") in page.words
        drawn = said(head, "/desk/duty/chart", area=area().id).words
        assert ("On leave without a stand-in" in drawn.split("building head")[1]) is (not stand_in)
        sent(head, "desk:duty_back", leave.id)
        assert leaves()[0].ends_on == today()

    def test_another_one_charged_there_stands_in(self, client_as: ClientAs) -> None:
        head = client_as("head")
        deputy = owned(lambda: Charge.objects.create(
            level=level(2), area_id=area().id, place_id=place().id, person_id=resident().id, seat="deputy",
            starts_on=cast.SINCE,
        ))()  # fmt: skip
        page = said(head, f"/desk/duty/charges/{charge().id}")
        assert page.all("option", value=f"charge-{deputy.id}")
        sent(head, "desk:duty_leave", charge().id, starts_on=str(today()), stand_in=f"charge-{deputy.id}")
        assert leaves()[0].stand_in_id == deputy.id
        assert "王阿婆" in said(head, f"/desk/duty/door/{place().id}").words

    def test_one_laid_by_mistake_is_taken_back(self, client_as: ClientAs) -> None:
        (door, *_rest) = entrances()
        head = client_as("head")
        head.post(f"/desk/duty/lay/{level(2).id}?place={door.id}", {
            "spots": [f"place-{door.id}"], "seat": "accountable", "holder": f"post-{post('worker').id}",
            "starts_on": str(today()),
        })  # fmt: skip
        (laid,) = charges(place_id=door.id)
        page = said(head, f"/desk/duty/charges/{laid.id}")
        assert "Laid by mistake: take it back" in page.words
        sent(head, "desk:duty_end", laid.id)
        assert "taken back, it never held" in said(head, f"/desk/duty/charges/{laid.id}").words

    def test_who_leaves_leaves_everything(self, client_as: ClientAs) -> None:
        (door, *_rest) = entrances()
        owned(
            lambda: Charge.objects.create(
                level=level(2),
                area_id=area().id,
                place_id=door.id,
                post_id=post("building_head").id,
                starts_on=cast.SINCE,
            )
        )()
        head = client_as("head")
        assert "He leaves: end this and 1 more" in said(head, f"/desk/duty/charges/{charge().id}").words
        sent(head, "desk:duty_end_all", charge().id)
        assert {one.ends_on for one in charges(post_id=post("building_head").id)} == {today()}

    @pytest.mark.parametrize("name", ["duty_hand_over", "duty_leave", "duty_end", "duty_end_all"])
    def test_acts_are_sent_and_never_asked(self, client_as: ClientAs, name: str) -> None:
        answer = client_as("head").get(reverse(f"desk:{name}", args=[charge().id]))
        assert answer.status_code == 302
        assert charge().ends_on is None

    def test_what_is_not_there_is_not_found(self, client_as: ClientAs) -> None:
        for address in ("charges/99999", "proof/99999", "chains/99999", "door/99999", "poster/99999"):
            said(client_as("head"), f"/desk/duty/{address}", status=404)


class TestChains:
    @pytest.mark.parametrize(("preset", "levels"), [("five", 5), ("branch", 4), ("field", 3), ("pyramid", 4)])
    def test_a_shipped_chain_is_taken_over(self, client_as: ClientAs, preset: str, levels: int) -> None:
        where = sent(client_as("dispatcher"), "desk:duty_chain_new", preset=preset)
        made = owned(lambda: Chain.objects.latest("id"))()
        assert where == f"/desk/duty/chains/{made.id}"
        assert owned(made.levels.count)() == levels

    def test_an_own_one_begins_empty_and_grows(self, client_as: ClientAs) -> None:
        dispatcher = client_as("dispatcher")
        assert "请填写名称" in sent(dispatcher, "desk:duty_chain_new", status=422, preset="", name="")
        where = sent(dispatcher, "desk:duty_chain_new", preset="", name="护村队")
        made = owned(lambda: Chain.objects.latest("id"))()
        assert "This chain has no level yet." in said(dispatcher, where).words
        sent(dispatcher, "desk:duty_level_add", made.id, name="队长", laid_on=["village"], must_cover="on")
        sent(
            dispatcher, "desk:duty_level_add", made.id, name="队员", laid_on=["village_group", "home"], most_doors="30"
        )
        page = said(dispatcher, where, language="zh-hans")
        assert "最多 30 个楼组" in page.words
        levels = owned(lambda: list(made.levels.all()))()
        assert [(one.name, one.must_cover) for one in levels] == [("队长", True), ("队员", False)]
        sent(dispatcher, "desk:duty_level", levels[1].id, do="raise")
        sent(dispatcher, "desk:duty_level", levels[0].id, do="remove")
        assert owned(lambda: [one.name for one in made.levels.all()])() == ["队员"]

    def test_a_level_is_changed_and_what_is_wrong_comes_back(self, client_as: ClientAs) -> None:
        dispatcher = client_as("dispatcher")
        sent(dispatcher, "desk:duty_level", level(2).id, name="楼长", laid_on=["building"], most_homes="60")
        assert (level(2).name, level(2).most_homes, level(2).must_cover) == ("楼长", 60, False)
        words = sent(dispatcher, "desk:duty_level", level(2).id, status=422, name="", laid_on=["building"])
        assert "楼长" in words
        sent(dispatcher, "desk:duty_level_add", chain().id, status=422, name="x")

    def test_a_level_with_charges_stays(self, client_as: ClientAs) -> None:
        answer = client_as("dispatcher").post(reverse("desk:duty_level", args=[level(2).id]), {"do": "remove"})
        assert answer.status_code == 409
        assert level(2).depth == 2

    def test_a_chain_is_put_aside(self, client_as: ClientAs) -> None:
        dispatcher = client_as("dispatcher")
        sent(dispatcher, "desk:duty_chain", chain().id, name="两级", name_en="")
        assert not owned(lambda: Chain.objects.get(code="cast").is_active)()
        assert "两级" not in said(dispatcher, "/desk/duty/").words

    def test_readers_read_and_change_nothing(self, client_as: ClientAs) -> None:
        page = said(client_as("worker"), f"/desk/duty/chains/{chain().id}")
        assert "Building" in page.words
        assert not page.all("form", action=f"/desk/duty/levels/{level(1).id}")
        sent(client_as("worker"), "desk:duty_chain", chain().id, status=403, name="x")
        assert chain().name == "两级包干"
        assert client_as("worker").post(reverse("desk:duty_level", args=[level(1).id]), {}).status_code == 403


class TestCards:
    def test_a_card_needs_the_box_of_consent(self, client_as: ClientAs) -> None:
        worker = client_as("worker")
        words = {"shown_name": "老陈", "duty_words": "包干", "promise": "随叫随到", "reach": "敲门"}
        own = charge("worker")
        sent(worker, "desk:duty_card", own.id, status=422, **words)
        assert sent(worker, "desk:duty_card", own.id, **words, consents="on") == f"/desk/duty/charges/{own.id}"
        assert "老陈" in said(worker, "/desk/duty/cards").words

    def test_the_form_begins_with_what_is_shown_now(self, client_as: ClientAs) -> None:
        page = said(client_as("building_head"), f"/desk/duty/charges/{charge().id}/card")
        assert page.one("input", name="shown_name").attrs["value"] == "楼组长老陈"
        assert "checked" not in page.one("input", name="consents").attrs

    def test_withdrawn_it_is_gone_from_the_public_page_at_once(self, client_as: ClientAs) -> None:
        address = f"/who/?place={place().id}"
        assert "楼组长老陈" in Client().get(address).content.decode()
        assert sent(client_as("building_head"), "desk:duty_card_withdraw", card_id()) == "/desk/duty/"
        assert "楼组长老陈" not in Client().get(address).content.decode()

    def test_a_worker_withdraws_and_comes_back_to_the_list(self, client_as: ClientAs) -> None:
        which = card_id()
        assert client_as("worker").get(reverse("desk:duty_card_withdraw", args=[which])).status_code == 302
        assert sent(client_as("worker"), "desk:duty_card_withdraw", which) == "/desk/duty/cards"
        assert "No card is shown here yet." in said(client_as("worker"), "/desk/duty/cards").words

    def test_nobody_gives_a_card_of_a_resident_he_does_not_see(self, client_as: ClientAs) -> None:
        theirs = charges(place_id=place(".3", cast.COUSIN_AREA).id)[0]
        assert client_as("worker").get(reverse("desk:duty_card", args=[theirs.id])).status_code == 404
        assert client_as("worker_cousin").get(reverse("desk:duty_card", args=[theirs.id])).status_code == 200

    def test_the_poster_has_the_cards_and_the_code(self, client_as: ClientAs) -> None:
        page = said(client_as("worker"), f"/desk/duty/poster/{place().id}")
        assert "楼组长老陈" in page.words
        assert page.one("img", width="180").attrs["src"].startswith("data:image/svg+xml")
        assert f"http://testserver/who/?place={place().id}" in page.words
        owned(lambda: Card.objects.update(withdrawn_at=date(2026, 1, 1).isoformat() + "T00:00:00Z"))()
        empty = said(client_as("worker"), f"/desk/duty/poster/{place().id}")
        assert "Nobody who answers here has agreed to be shown yet." in empty.words


def test_who_answers_at_a_door_is_one_page(client_as: ClientAs) -> None:
    page = said(client_as("worker"), f"/desk/duty/door/{place('.3.501').id}")
    for words in ("building head", "worker", "瑞和物业", "居委会值班室"):
        assert words in page.words
    assert said(client_as("worker"), f"/desk/duty/door/{place(code=cast.COUSIN_AREA).id}").words
    said(client_as("worker"), f"/desk/duty/door/{place('.3.501', cast.COUSIN_AREA).id}", status=404)
    owned(lambda: Post.objects.filter(id=post("building_head").id).update(ends_on=date(2024, 6, 1)))()
    assert "building head" not in said(client_as("worker"), f"/desk/duty/door/{place('.3.501').id}").words
