"""No screen of the demonstration is empty: for every role through the queries, and through the pages in a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from demo.conftest import browser_of, post_of, token_of
from django.db import transaction
from django.db.models import QuerySet
from django.test import Client, override_settings

from linli.access.api import Principal, enter
from linli.accounts.api import Post, Role
from linli.casework.cases.api import Case, cases, open_cases
from linli.casework.cases.rules import ENDED
from linli.casework.intake.api import Report, link_of, reports, triage_inbox
from linli.notices.api import Notice, notices_for
from linli.project.demo.settle import PASSWORD
from linli.web.worker.templatetags.linli_demo import demo_accounts

pytestmark = pytest.mark.usefixtures("at_work")
OWNER = "owner"
MATTERS = "map/matters.geojson?bbox=121,31,122,32&zoom=20"
NUMBER = re.compile(r"\d{4}-132-\d{6}-[0-9A-Z]")
DESK = (Role.WORKER, Role.STATION_HEAD, Role.DISPATCHER, Role.DISTRICT, Role.AUDITOR)
BACK_OFFICE = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)


def page(client: Client, address: str, *, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return answer.content.decode()


def busy(role: Role) -> Post:
    """The post of the role with the most cases before it."""
    posts = Post.objects.using(OWNER).filter(role=role).select_related("user", "area", "unit").order_by("id")
    return max(posts, key=lambda post: (seen_by(post, open_cases), seen_by(post, cases), -post.id))


def seen_by(post: Post, query: Callable[[Principal], QuerySet[Case] | QuerySet[Report]]) -> int:
    with transaction.atomic():
        return query(enter(token_of(post))).count()


def under(post: Post, table: type[Case] | type[Report]) -> int:
    """How many rows lie in the area of the post, counted on the owner's side."""
    return table.objects.using(OWNER).filter(area__path__startswith=post.area.path).count()


@pytest.mark.parametrize("role", [Role.WORKER, Role.STATION_HEAD, Role.DISPATCHER])
def test_people_of_an_area_see_exactly_what_lies_in_it(role: Role) -> None:
    post = busy(role)
    assert seen_by(post, reports) == under(post, Report) > 0
    assert seen_by(post, cases) == under(post, Case) > 0
    assert 0 < seen_by(post, open_cases) < seen_by(post, reports)


@pytest.mark.parametrize("role", [Role.DISTRICT, Role.AUDITOR])
def test_those_with_a_wide_view_see_everything(role: Role) -> None:
    post = post_of(role)
    assert seen_by(post, reports) == Report.objects.using(OWNER).count()
    assert seen_by(post, cases) == Case.objects.using(OWNER).count()
    assert seen_by(post, open_cases) == Case.objects.using(OWNER).exclude(state__in=sorted(ENDED)).count() > 10


def test_people_of_a_unit_see_the_cases_of_their_unit_and_fewer_than_everybody() -> None:
    post = busy(Role.RESPONDER)
    mine = Case.objects.using(OWNER).filter(unit=post.unit).count()
    assert mine > 0
    assert mine <= seen_by(post, cases) < Case.objects.using(OWNER).count()
    assert seen_by(post, reports) == 0, "reports are for the desk"


@pytest.mark.parametrize("role", BACK_OFFICE)
def test_administrators_see_no_matter_at_all(role: Role) -> None:
    post = post_of(role)
    assert [seen_by(post, query) for query in (cases, reports)] == [0, 0]
    assert notices(post) == []


@pytest.mark.parametrize("kind", ["committee", "village", "special"])
def test_every_kind_of_neighbourhood_has_matters_for_its_workers(kind: str) -> None:
    posts = Post.objects.using(OWNER).filter(role=Role.WORKER, area__kind=kind).select_related("area")
    with_reports = [post for post in posts if seen_by(post, reports)]
    assert with_reports
    assert all(seen_by(post, reports) == under(post, Report) for post in with_reports)


def test_the_desk_has_reports_that_wait_for_a_decision() -> None:
    for role in (Role.DISPATCHER, Role.DISTRICT):
        assert seen_by(post_of(role), triage_inbox) > 0


def test_the_sign_in_page_offers_one_account_of_each_role_and_each_one_opens_a_page() -> None:
    offered = demo_accounts()
    assert len(offered) == 7
    assert len({account.role for account in offered}) == 7
    anybody = page(Client(), "/accounts/login/")
    for account in offered:
        assert account.username in anybody
        assert account.name in anybody
        client = Client()
        signed = client.post("/accounts/login/", {"login": account.username, "password": PASSWORD}, follow=True)
        assert signed.status_code == 200
        assert signed.redirect_chain, "led on to the work"
        assert signed.wsgi_request.user.is_authenticated
        assert account.name in page(client, "/work/me/")
    wrong = Client().post("/accounts/login/", {"login": offered[0].username, "password": "another-password"})
    assert not wrong.wsgi_request.user.is_authenticated


def test_without_the_demonstration_the_sign_in_page_offers_nobody() -> None:
    names = {account.username for account in demo_accounts()}
    with override_settings(LINLI_DEMO=False):
        assert demo_accounts() == []
        said = page(Client(), "/accounts/login/")
    assert not any(name in said for name in names)
    assert PASSWORD not in said


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("role", DESK)
def test_the_desk_shows_matters_to_whoever_keeps_one(role: Role, language: str) -> None:
    said = page(browser_of(busy(role)), f"/desk/?view=open&lang={language}")
    assert NUMBER.search(said)
    assert f'lang="{language}"' in said.lower()


@pytest.mark.parametrize("role", [Role.STATION_HEAD, Role.DISPATCHER, Role.DISTRICT, Role.AUDITOR])
def test_the_plan_of_the_desk_carries_points(role: Role) -> None:
    client = browser_of(busy(role))
    shown = json.loads(page(client, f"/desk/{MATTERS}"))
    assert shown["features"]
    for point in shown["features"]:
        lng, lat = point["geometry"]["coordinates"][:2]
        assert 121.5 < lng < 121.65
        assert 31.05 < lat < 31.16


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("role", [Role.STATION_HEAD, Role.RESPONDER])
def test_notices_name_matters(role: Role, language: str) -> None:
    told = next(post for post in Post.objects.using(OWNER).filter(role=role).select_related("user") if notices(post))
    said = page(browser_of(told), f"/work/notices/?lang={language}")
    assert {str(notice.params["number"]) for notice in notices(told)[:5]} <= set(NUMBER.findall(said))


def notices(post: Post) -> list[Notice]:
    with transaction.atomic():
        return notices_for(enter(token_of(post)))


def test_a_worker_in_the_street_has_something_to_do_today() -> None:
    said = page(browser_of(busy(Role.RESPONDER)), "/work/today/")
    assert "/work/matter/" in said


@pytest.mark.parametrize("role", [*DESK, Role.RESPONDER, Role.BUILDING_HEAD, *BACK_OFFICE])
def test_everybody_finds_his_own_page_and_the_list_of_items(role: Role) -> None:
    post = post_of(role)
    client = browser_of(post)
    assert post.user.name in page(client, "/work/me/")
    listed = page(client, "/desk/items")
    assert listed.count("/desk/items/") > 50


@pytest.mark.parametrize("role", BACK_OFFICE)
def test_administrators_are_kept_out_of_the_desk(role: Role) -> None:
    client = browser_of(post_of(role))
    for address in ("/desk/", f"/desk/{MATTERS}", "/work/today/", "/work/notices/"):
        assert not NUMBER.search(page(client, address, status=403))


def test_only_the_auditor_reads_the_trail_and_finds_acts_in_it() -> None:
    report = Report.objects.using(OWNER).exclude(state="received").order_by("id")[0]
    auditor = browser_of(post_of(Role.AUDITOR))
    assert page(auditor, "/desk/trail")
    page(browser_of(post_of(Role.DISPATCHER)), "/desk/trail", status=403)
    assert report.number


@pytest.mark.parametrize("state", ["handling", "suspended", "fed_back", "verified", "closed", "voided"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_of_a_case_in_every_state_tells_its_story(state: str, language: str) -> None:
    case = Case.objects.using(OWNER).filter(state=state).order_by("id")[0]
    said = page(browser_of(post_of(Role.DISTRICT)), f"/desk/{case.number}?lang={language}")
    assert case.number in said
    assert case.title in said


def test_a_resident_follows_his_matter_by_its_link_in_both_languages() -> None:
    rated = Report.objects.using(OWNER).filter(idempotency_key__startswith="demo:rated")[0]
    for language in ("zh-hans", "en"):
        said = page(Client(), f"/r/{link_of(rated.id)}/?lang={language}")
        assert rated.number in said
        assert f'lang="{language}"' in said.lower()
    other = page(Client(), f"/r/{link_of(rated.id)[:-2]}zz/", status=404)
    assert rated.number not in other


def test_a_report_shows_the_phone_to_nobody_on_its_pages() -> None:
    report = Report.objects.using(OWNER).exclude(phone_mask="").filter(state="accepted").order_by("id")[0]
    for role in (Role.DISTRICT, Role.DISPATCHER):
        said = page(browser_of(post_of(role)), f"/desk/{report.number}")
        assert not re.search(r"160\d{8}", said)
        assert report.phone_mask in said, "masked, and so the check looks at the right page"
