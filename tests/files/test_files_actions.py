from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from linli.files import api
from linli.files.models import Photo
from linli.files.storage import thumb_key
from linli.kernel import clock
from linli.kernel.errors import InvalidInput, NotFound, WrongState
from linli.kernel.ids import hash_secret

Encode = Callable[..., bytes]
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
MINE, YOURS = hash_secret("mine"), hash_secret("yours")
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_owner")]


@pytest.fixture(scope="module")
def pictures(encoded: Encode) -> list[bytes]:
    return [encoded(Image.new("RGB", (60, 40), (n * 30, 50, 90)), "PNG") for n in range(7)]


@pytest.fixture
def keep(store_root: Path, pictures: list[bytes]) -> Callable[..., Photo]:
    def store(number: int = 0, **values: object) -> Photo:
        photo = api.store_photo(data=pictures[number], name="楼道.png", purpose="report")
        Photo.objects.filter(pk=photo.pk).update(**values)
        photo.refresh_from_db()
        return photo

    return store


def files(root: Path) -> list[Path]:
    return sorted(p for p in root.rglob("*") if p.is_file() and p.name != ".lock")


def make_old(root: Path) -> None:
    moment = time.time() - 3 * 86_400
    for path in files(root):
        os.utime(path, (moment, moment))


def test_a_stored_photo_has_a_row_and_two_files(store_root: Path, pictures: list[bytes]) -> None:
    with clock.using(clock.SettableClock(NOW)):
        photo = api.store_photo(data=pictures[0], name="../../楼道.png", purpose="evidence", area_id=7)
    assert photo == api.photo_for(photo.id)
    assert photo.id.version == 7
    assert (photo.width, photo.height, photo.purpose, photo.area_id) == (60, 40, "evidence", 7)
    assert photo.link_key is None
    assert photo.created_at == NOW
    assert {p.relative_to(store_root).as_posix() for p in files(store_root)} == {
        photo.stored_name,
        thumb_key(photo.sha256),
    }
    with api.open_photo(photo) as full:
        assert photo.size_bytes == len(full.read())


def test_a_photo_may_be_stored_with_its_area_and_link_at_once(store_root: Path, pictures: list[bytes]) -> None:
    photo = api.store_photo(data=pictures[0], name="a.png", purpose="report", area_id=7, link_key=MINE)
    assert api.photo_for(photo.id, link_key=MINE).area_id == 7


def test_the_senders_name_and_the_original_are_nowhere(store_root: Path, pictures: list[bytes]) -> None:
    photo = api.store_photo(data=pictures[0], name="王小明家.png", purpose="report")
    assert "王小明" not in str(Photo.objects.filter(pk=photo.pk).values().get())
    assert pictures[0] not in {p.read_bytes() for p in files(store_root)}


def test_storing_costs_one_statement(
    store_root: Path, pictures: list[bytes], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        api.store_photo(data=pictures[0], name="a.png", purpose="report")


def test_a_refused_photo_leaves_neither_row_nor_file(store_root: Path) -> None:
    with pytest.raises(InvalidInput):
        api.store_photo(data=b"<svg/>", name="a.jpg", purpose="report")
    assert not Photo.objects.exists()
    assert files(store_root) == []


def test_an_unknown_purpose_is_refused(store_root: Path, pictures: list[bytes]) -> None:
    with pytest.raises(ValueError, match="souvenir"):
        api.store_photo(data=pictures[0], name="a.png", purpose="souvenir")


def test_six_photos_are_taken_and_a_seventh_is_not(keep: Callable[..., Photo]) -> None:
    ids = [keep(n).pk for n in range(7)]
    with pytest.raises(InvalidInput, match="6") as caught:
        api.attach(ids, area_id=3)
    assert caught.value.code == "photo_too_many_photos"
    assert not Photo.objects.filter(area_id=3).exists()
    api.attach(ids[:6], area_id=3)
    assert Photo.objects.filter(area_id=3).count() == 6


def test_the_number_can_be_checked_before_the_first_is_stored() -> None:
    api.check_number(6)
    with pytest.raises(InvalidInput, match="7"):
        api.check_number(7)


def test_no_photos_are_fine_too(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        api.attach([], area_id=3)


def test_attaching_gives_area_and_link_and_may_be_repeated(
    keep: Callable[..., Photo], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ids = [keep(0).pk, keep(1).pk]
    with django_assert_num_queries(3):
        api.attach(ids, area_id=3, link_key=MINE)
    api.attach(ids, area_id=3, link_key=MINE)
    assert set(Photo.objects.values_list("area_id", "link_key")) == {(3, MINE)}


@pytest.mark.parametrize(
    "held",
    [{"area_id": 4}, {"link_key": YOURS}, {"area_id": 3, "link_key": YOURS}, {"area_id": 4, "link_key": MINE}],
)
@pytest.mark.parametrize("link_key", [None, MINE])
def test_somebody_elses_photo_cannot_be_taken_by_its_id(
    keep: Callable[..., Photo], held: dict[str, object], link_key: str | None
) -> None:
    free, taken = keep(0), keep(1, **held)
    with pytest.raises(NotFound):
        api.attach([free.pk, taken.pk], area_id=3, link_key=link_key)
    free.refresh_from_db()
    assert (free.area_id, free.link_key) == (None, None), "all or none"
    assert Photo.objects.filter(pk=taken.pk, **held).exists()


def test_a_missing_photo_fails_the_whole_attachment(keep: Callable[..., Photo]) -> None:
    photo = keep(0)
    with pytest.raises(NotFound):
        api.attach([photo.pk, uuid4()], area_id=3)
    photo.refresh_from_db()
    assert photo.area_id is None


def test_a_photo_is_found_by_id_and_by_its_own_link_only(keep: Callable[..., Photo]) -> None:
    photo = keep(0, area_id=3, link_key=MINE)
    assert api.photo_for(photo.pk) == photo
    assert api.photo_for(photo.pk, link_key=MINE) == photo
    for pk, key in [(photo.pk, YOURS), (photo.pk, ""), (uuid4(), None), (uuid4(), MINE)]:
        with pytest.raises(NotFound):
            api.photo_for(pk, link_key=key)


def test_photos_come_in_the_order_they_were_taken(
    keep: Callable[..., Photo], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ids: list[UUID] = [keep(n, link_key=MINE if n % 2 else YOURS).pk for n in range(4)]
    with django_assert_num_queries(2):
        assert [p.pk for p in api.photos_for(reversed(ids))] == ids
        assert [p.pk for p in api.photos_of_link(MINE)] == ids[1::2]


@pytest.mark.parametrize(
    "wrong", [{"sha256": "AB" * 32}, {"sha256": "ab"}, {"purpose": "souvenir"}, {"width": 0}, {"size_bytes": 0}]
)
def test_the_database_refuses_impossible_rows(keep: Callable[..., Photo], wrong: dict[str, object]) -> None:
    photo = keep(0)
    with pytest.raises(IntegrityError), transaction.atomic():
        Photo.objects.filter(pk=photo.pk).update(**wrong)


# Leaving.


def test_expired_photos_and_unused_ones_are_dropped(keep: Callable[..., Photo]) -> None:
    old, fresh = NOW - timedelta(days=2), NOW
    expired = keep(0, area_id=3, retained_until=NOW - timedelta(seconds=1))
    kept = keep(1, area_id=3, retained_until=NOW + timedelta(seconds=1))
    unused, unused_fresh = keep(2, created_at=old), keep(3, created_at=fresh)
    mine, ours = keep(4, created_at=old, link_key=MINE), keep(5, created_at=old, area_id=3)
    assert api.drop_expired(now=NOW) == 1
    assert api.drop_unattached(before=NOW - timedelta(days=1)) == 1
    left = set(Photo.objects.values_list("pk", flat=True))
    assert left == {kept.pk, unused_fresh.pk, mine.pk, ours.pk}
    assert {expired.pk, unused.pk}.isdisjoint(left)


def test_files_of_a_rolled_back_transaction_are_swept(
    keep: Callable[..., Photo], store_root: Path, pictures: list[bytes]
) -> None:
    stays = keep(0)

    class Undone(Exception):
        pass

    with pytest.raises(Undone), transaction.atomic():
        api.store_photo(data=pictures[1], name="b.png", purpose="report")
        raise Undone
    assert len(files(store_root)) == 4
    assert api.sweep_orphans(timedelta(hours=1)) == api.Swept(0, 0), "young files may belong to a running transaction"
    make_old(store_root)
    assert api.sweep_orphans(timedelta(hours=1)) == api.Swept(4, 2)
    with api.open_photo(stays) as full, api.open_photo(stays, api.PhotoSize.THUMB) as thumb:
        assert full.read()
        assert thumb.read()
    assert len(files(store_root)) == 2


def test_content_shared_by_two_rows_goes_with_the_last(keep: Callable[..., Photo], store_root: Path) -> None:
    first, second = keep(0), keep(0)
    assert first.sha256 == second.sha256
    assert first.pk != second.pk
    for photo, left in [(first, 2), (second, 0)]:
        photo.delete()
        make_old(store_root)
        api.sweep_orphans(timedelta(hours=1))
        assert len(files(store_root)) == left


def test_a_sweep_of_more_than_one_batch(
    keep: Callable[..., Photo], store_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linli.files.actions._BATCH", 3)
    for number in range(5):
        keep(number)
    Photo.objects.filter(pk__in=list(Photo.objects.values_list("pk", flat=True)[:3])).delete()
    make_old(store_root)
    assert api.sweep_orphans(timedelta(hours=1)) == api.Swept(10, 6)


def test_a_sweep_needs_an_hour_of_grace(store_root: Path) -> None:
    with pytest.raises(ValueError, match="one hour"):
        api.sweep_orphans(timedelta(minutes=59))


def test_a_role_that_cannot_see_every_row_may_not_sweep(keep: Callable[..., Photo], store_root: Path) -> None:
    keep(0)
    make_old(store_root)
    with connection.cursor() as cursor:
        cursor.execute("create role files_sweeper_probe nologin nobypassrls")
        cursor.execute("grant select on files_photo to files_sweeper_probe")
        cursor.execute("alter table files_photo enable row level security")
        cursor.execute("set local role files_sweeper_probe")
    assert not Photo.objects.exists(), "the role sees nothing, so every file would look like an orphan"
    with pytest.raises(WrongState) as caught:
        api.sweep_orphans(timedelta(hours=1))
    assert caught.value.code == "photo_sweep_blind"
    assert len(files(store_root)) == 2


def test_the_command_sweeps(keep: Callable[..., Photo], store_root: Path) -> None:
    keep(0, created_at=NOW - timedelta(days=900))
    make_old(store_root)
    out = StringIO()
    call_command("linli_files", "sweep", "--hours", "24", "--database", "default", stdout=out)
    assert "1 rows dropped, 2 old files examined, 2 deleted" in out.getvalue()
    assert files(store_root) == []
