from __future__ import annotations

import hashlib
import os
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from linli.files.models import Photo
from linli.files.storage import LocalStore, PhotoSize, open_photo, photo_store, picture_key, thumb_key
from linli.kernel.errors import NotFound

Encode = Callable[..., bytes]
SHA = "ab" * 32


@pytest.fixture(scope="module")
def jpeg(encoded: Encode) -> bytes:
    return encoded(Image.new("RGB", (20, 10), (1, 2, 3)), "JPEG")


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "pictures")


def age(path: Path, seconds: float) -> None:
    moment = time.time() - seconds
    os.utime(path, (moment, moment))


def test_keys_fan_out_over_two_levels() -> None:
    assert picture_key(SHA) == f"ab/ab/{SHA}.jpg"
    assert thumb_key(SHA) == f"ab/ab/{SHA}.320.jpg"


def test_what_is_put_is_read_back(store: LocalStore, jpeg: bytes) -> None:
    store.put(picture_key(SHA), jpeg)
    with store.open(picture_key(SHA)) as stream:
        assert stream.read() == jpeg


def test_only_the_owner_may_enter_the_folder(store: LocalStore, jpeg: bytes, tmp_path: Path) -> None:
    store.put(picture_key(SHA), jpeg)
    assert stat.S_IMODE((tmp_path / "pictures").stat().st_mode) == 0o700


@pytest.mark.parametrize("data", [b"", b"<script>", b"\xff\xd8\xff\xd9", b"\x89PNG\r\n\x1a\n"])
def test_nothing_but_bare_jpeg_gets_in(store: LocalStore, data: bytes, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="without metadata"):
        store.put(picture_key(SHA), data)
    assert not list(tmp_path.rglob("*.jpg"))


def test_an_original_does_not_get_in(store: LocalStore, hostile_folder: Path) -> None:
    with pytest.raises(ValueError, match="without metadata"):
        store.put(picture_key(SHA), (hostile_folder / "exif_gps" / "DSCN0010.jpg").read_bytes())


def test_a_failed_write_leaves_no_picture(store: LocalStore, jpeg: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            store.put(picture_key(SHA), jpeg)
    with pytest.raises(FileNotFoundError):
        store.open(picture_key(SHA))
    store.put(picture_key(SHA), jpeg)
    assert store.open(picture_key(SHA)).read() == jpeg


def test_the_file_is_synced_before_it_gets_its_name_and_the_folder_after(
    store: LocalStore, jpeg: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    real_sync, real_replace = os.fsync, Path.replace

    def sync(descriptor: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        real_sync(descriptor)

    def replace(self: Path, target: Path) -> Path:
        steps.append("rename")
        return real_replace(self, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "replace", replace)
    store.put(picture_key(SHA), jpeg)
    assert steps == ["folder", "folder", "file", "rename", "folder"]


def test_putting_the_same_again_writes_nothing_but_makes_it_young(
    store: LocalStore, jpeg: bytes, tmp_path: Path
) -> None:
    store.put(picture_key(SHA), jpeg)
    path = tmp_path / "pictures" / picture_key(SHA)
    inode = path.stat().st_ino
    age(path, 10_000)
    assert list(store.untouched_since(time.time() - 5000)) == [picture_key(SHA)]
    store.put(picture_key(SHA), jpeg)
    assert path.stat().st_ino == inode
    assert list(store.untouched_since(time.time() - 5000)) == []


def test_a_picture_put_again_while_it_is_swept_survives(store: LocalStore, jpeg: bytes, tmp_path: Path) -> None:
    store.put(picture_key(SHA), jpeg)
    age(tmp_path / "pictures" / picture_key(SHA), 10_000)
    moment = time.time() - 5000
    (key,) = store.untouched_since(moment)
    store.put(key, jpeg)
    assert store.delete_untouched(key, moment) is False
    assert store.open(key).read() == jpeg


def test_deleting_what_is_gone_is_no_error(store: LocalStore) -> None:
    assert store.delete_untouched(picture_key(SHA), time.time()) is False


def test_half_written_leftovers_are_swept(store: LocalStore, jpeg: bytes, tmp_path: Path) -> None:
    store.put(picture_key(SHA), jpeg)
    leftover = tmp_path / "pictures" / "ab" / "ab" / ".0123.part"
    leftover.write_bytes(b"half")
    age(leftover, 10_000)
    moment = time.time() - 5000
    assert list(store.untouched_since(moment)) == ["ab/ab/.0123.part"]
    assert store.delete_untouched("ab/ab/.0123.part", moment) is True
    assert not leftover.exists()


def test_writers_at_once_leave_one_whole_file(store: LocalStore, jpeg: bytes, tmp_path: Path) -> None:
    keys = [picture_key(hashlib.sha256(bytes([n])).hexdigest()) for n in range(8)]
    threads = [threading.Thread(target=store.put, args=(key, jpeg)) for key in keys * 6]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {store.open(key).read() for key in keys} == {jpeg}
    assert not list(tmp_path.rglob("*.part"))


def test_a_photo_is_opened_in_both_sizes(store_root: Path, jpeg: bytes, encoded: Encode) -> None:
    small = encoded(Image.new("RGB", (2, 1)), "JPEG")
    photo_store().put(picture_key(SHA), jpeg)
    photo_store().put(thumb_key(SHA), small)
    photo = Photo(sha256=SHA, stored_name=picture_key(SHA))
    with open_photo(photo) as full, open_photo(photo, PhotoSize.THUMB) as thumb:
        assert (full.read(), thumb.read()) == (jpeg, small)


def test_a_photo_whose_file_is_gone_is_not_found(store_root: Path) -> None:
    with pytest.raises(NotFound) as caught:
        open_photo(Photo(sha256=SHA, stored_name=picture_key(SHA)))
    assert caught.value.code == "photo_not_found"
