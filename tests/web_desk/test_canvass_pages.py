"""The pages of the canvass, as those on site walk through them and as everybody else is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import cast
import pytest
from django.test import Client

from linli.access.api import as_system
from linli.calendar.api import today
from linli.register.canvass.api import Attempt, Canvass, Target
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db
ClientAs = Callable[[str], Client]
GOOD = {"q_use": "yes", "q_people": "yes", "q_away": "no", "q_measures": "none", "q_holes": "yes"}


def draw(client: Client, **given: str) -> Canvass:
    asked = {"title": "走访", "purpose": "取暖安全", "form": "four_checks", "due_on": str(today() + timedelta(days=3))}
    answer = client.post("/desk/canvass/new", asked | given)
    assert answer.status_code == 302, answer.content.decode()
    with as_system():
        return Canvass.objects.latest("made_at")


def walk(client: Client) -> tuple[Canvass, Target]:
    made = draw(client)
    assert client.post(f"/desk/canvass/{made.id}/open").status_code == 302
    with as_system():
        return made, Target.objects.get(canvass=made)


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_empty_list_says_what_to_do(client_as: ClientAs) -> None:
    with as_system():
        Canvass.objects.update(area_id=area_by_code(cast.FOREIGN_AREA).id)
    assert "拟订排查" in text(client_as("worker"), "/desk/canvass/")


def test_the_register_offers_it_to_those_on_site_alone(client_as: ClientAs) -> None:
    assert "/desk/canvass/" in text(client_as("worker"), "/desk/register")
    assert "/desk/canvass/" not in text(client_as("dispatcher"), "/desk/register")


def test_from_drawing_up_to_the_last_home(client_as: ClientAs) -> None:
    client = client_as("worker")
    made, target = walk(client)
    page = text(client, f"/desk/canvass/{made.id}")
    assert "501室" in page
    home = f"/desk/canvass/{made.id}/homes/{target.id}"
    assert client.post(home, {"channel": "phone", "outcome": "nobody"}).status_code == 302
    assert "张贴提示" in text(client, f"/desk/canvass/{made.id}")
    refused = client.post(home, {"channel": "door", "outcome": "reached", "words": "门开着"})
    assert refused.status_code == 422
    assert "门开着" in refused.content.decode()
    done = client.post(home, {"channel": "door", "outcome": "reached"} | GOOD)
    assert done.headers["location"] == f"/desk/canvass/{made.id}"
    assert "没有待查的户" in text(client, f"/desk/canvass/{made.id}")
    assert "501室" in text(client, f"/desk/canvass/{made.id}?list=gaps")
    with as_system():
        assert Attempt.objects.filter(target=target).count() == 2


def test_a_mistake_is_taken_back(client_as: ClientAs) -> None:
    client = client_as("worker")
    made, target = walk(client)
    home = f"/desk/canvass/{made.id}/homes/{target.id}"
    assert client.post(f"{home}/out", {"words": "拆了"}).status_code == 302
    assert "放回待查名单" in text(client, home)
    assert client.post(f"{home}/back").status_code == 302
    assert "保存并到下一户" in text(client, home)


def test_a_form_with_faults_keeps_what_was_typed(client_as: ClientAs) -> None:
    answer = client_as("worker").post("/desk/canvass/new", {"title": "只有名称", "due_on": "昨天"})
    assert answer.status_code == 422
    assert "只有名称" in answer.content.decode()
    with as_system():
        assert not Canvass.objects.filter(title="只有名称").exists()


def test_an_ended_canvass_is_read_only(client_as: ClientAs) -> None:
    client = client_as("worker")
    made, target = walk(client)
    client.post(f"/desk/canvass/{made.id}/close")
    assert "排查不在进行中" in text(client, f"/desk/canvass/{made.id}/homes/{target.id}")
    assert client.post(f"/desk/canvass/{made.id}/nonsense").status_code == 404
    assert client.get(f"/desk/canvass/{made.id}/reopen").status_code == 405


@pytest.mark.parametrize("who", ["dispatcher", "district", "responder", "auditor"])
def test_others_are_refused(client_as: ClientAs, who: str) -> None:
    client = client_as(who)
    for path in ("/desk/canvass/", "/desk/canvass/new", "/desk/canvass/compare"):
        assert client.get(path).status_code == 403


def test_another_committee_finds_nothing(client_as: ClientAs) -> None:
    made, target = walk(client_as("worker"))
    other = client_as("worker_sibling")
    assert other.get(f"/desk/canvass/{made.id}").status_code == 404
    assert other.get(f"/desk/canvass/{made.id}/homes/{target.id}").status_code == 404


def test_two_lists_are_compared_and_names_are_masked(client_as: ClientAs) -> None:
    client = client_as("worker")
    answer = client.post("/desk/canvass/compare", {"lines": "欧阳小明,没有这条路1号\n"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "欧阳*" in page
    assert "本区域没有这一户" in page
    for lines, words in (("只有一列\n", "第 1 行"), ("一,二\n" * 5001, "5000"), ("", "")):
        refused = client.post("/desk/canvass/compare", {"lines": lines})
        assert refused.status_code == 422
        assert words in refused.content.decode()


def test_in_english_too(client_as: ClientAs) -> None:
    client = client_as("worker")
    made, _target = walk(client)
    page = client.get(
        f"/desk/canvass/{made.id}", headers={"accept-language": "en"}, query_params={"lang": "en"}
    ).content.decode()
    assert "0 of 1 homes settled" in page
