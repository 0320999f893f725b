"""Under which words an open place is found, and that the trigger keeps them when places come, change and go."""

from __future__ import annotations

import cast
import pytest

from linli.register.places.api import Place, PlaceKind, PlaceName, find_places, may_stand_in
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db


def lay(kind: str, name: str, address: str = "", parent: Place | None = None) -> Place:
    return Place.objects.create(
        code=f"names.{name}.{kind}", kind=kind, area_id=area_by_code(cast.HOME_AREA).id, name=name, address=address,
        parent=parent,
    )  # fmt: skip


@pytest.mark.usefixtures("as_owner")
class TestNames:
    def test_an_open_place_is_found_by_any_part_of_its_address(self) -> None:
        made = lay("compound", "海棠苑", "康沈路 1234弄海棠苑B区")
        for words in ("海棠", "海棠苑", "康沈路1234弄", "康沈路 1234 弄", "234弄海", "b区", "苑", "B"):
            assert made in find_places(words, limit=200), words
        for words in ("海棠路", "棠海", "1243弄", "康沈路1234弄海棠苑B区1"):
            assert made not in find_places(words, limit=200), words

    @pytest.mark.parametrize("kind", ["home", "entrance"])
    def test_a_door_is_not_found_by_words(self, kind: str) -> None:
        made = lay(kind, "唯一的门")
        assert find_places("唯一的门") == []
        assert not PlaceName.objects.filter(place=made).exists()

    def test_a_changed_address_is_found_and_the_old_one_no_longer(self) -> None:
        made = lay("building", "旧楼名")
        made.address, made.name = "新址大楼", "新楼名"
        made.save()
        assert find_places("新址大楼") == [made]
        assert find_places("旧楼名") == []

    def test_what_becomes_a_home_is_no_longer_found(self) -> None:
        made = lay("building", "由公变私")
        made.kind = PlaceKind.HOME
        made.save()
        assert find_places("由公变私") == []

    def test_an_alias_is_found_and_stays_when_the_address_changes(self) -> None:
        made = lay("compound", "正式名苑")
        PlaceName.objects.create(place=made, text="老名字新村", alias=True)
        made.address = "又一个地址"
        made.save()
        assert find_places("老名字") == [made]
        assert find_places("又一个地址") == [made]

    def test_compounds_come_first_then_the_shortest(self) -> None:
        shop = lay("venue", "檀宫店")
        long, short = lay("compound", "檀宫花园东区"), lay("compound", "檀宫苑")
        assert find_places("檀宫") == [short, long, shop]

    @pytest.mark.parametrize("words", ["", "   ", "\0", "瑞\0和", "%", "_", "\\", "没有这样的地方"])
    def test_words_that_name_nothing_find_nothing(self, words: str) -> None:
        assert find_places(words) == []


KINDS = ("compound", "village_group", "building", "entrance", "home", "facility", "venue")
ALLOWED = {
    "compound": {None}, "village_group": {None}, "building": {None, "compound", "village_group"},
    "entrance": {"compound", "village_group", "building"},
    "home": {"compound", "village_group", "building", "entrance"},
    "facility": {None, "compound", "village_group", "building", "entrance"},
    "venue": {None, "compound", "village_group", "building", "entrance"},
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("parent", [None, *KINDS])
def test_what_may_stand_in_what(kind: str, parent: str | None) -> None:
    assert may_stand_in(kind, parent) == (parent in ALLOWED[kind])
