"""Two lanes, one answer: whatever a body says, the fast lane and the ordinary operation tell the sender the same."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import cast
import orjson
import pytest
from django.conf import settings as configured
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.casework.intake.models import Report
from linli.casework.timeline.models import Entry
from linli.doors.rest import fast
from linli.doors.rest.fast import FastLane

Said = dict[str, object]
OWN = {"id", "number", "link", "received_at", "promise"}


@dataclass(frozen=True)
class Answered:
    """An answer as a client reads it."""

    status: str
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        got: dict[str, Any] = orjson.loads(self.body)
        return got


class Lanes:
    """The server's own application twice: as it stands, and without its fast lane."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._pages = get_wsgi_application()
        self._front = FastLane(self._pages)
        self.took = 0
        plain = fast._answer

        def counted(body: bytes, environ: dict[str, Any]) -> Any:
            answer = plain(body, environ)
            self.took += answer is not None
            return answer

        monkeypatch.setattr(fast, "_answer", counted)

    def send(self, body: bytes, *, quick: bool, **changed: str) -> Answered:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "POST", "PATH_INFO": "/api/v1/reports", "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)), "REMOTE_ADDR": "192.0.2.1", "QUERY_STRING": "",
            "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.input": io.BytesIO(body), "wsgi.url_scheme": "http",
            "wsgi.errors": io.StringIO(), "wsgi.version": (1, 0), "wsgi.multithread": True, "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        } | changed  # fmt: skip
        seen: list[Any] = []
        application = self._front if quick else self._pages

        def start(status: str, headers: list[tuple[str, str]], _fault: object = None, /) -> Callable[[bytes], object]:
            seen.extend([status, headers])
            return lambda _data: None

        chunks = application(environ, start)
        whole = b"".join(chunks)
        getattr(chunks, "close", lambda: None)()
        return Answered(seen[0], {name.lower(): value for name, value in seen[1]}, whole)


@pytest.fixture
def lanes(committed: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Lanes:
    settings.LINLI_PUBLIC_PER_MINUTE = 0
    return Lanes(monkeypatch)


GOOD: dict[str, Said] = {
    "plain": {},
    "words alone": {"item_code": None},
    "item alone": {"words": ""},
    "title": {"title": "标题"},
    "a place text": {"place_text": "3号楼门口"},
    "a point beside an area": {"lat": 31.11, "lng": 121.57},
    "a point of another datum": {"area_code": None, "lat": 31.1117, "lng": 121.5762, "datum": "gcj02"},
    "name and phone": {"reporter_name": "王小明", "phone": "138 0013 8000"},
    "a language": {"language": "en"},
    "the channel of staff, without a token": {"channel": "desk"},
    "an own id": {"id": str(uuid4())},
    "emoji and joiners": {"words": "👨‍👩‍👧 क्‍ष e\u0301"},
    "controls that are taken out": {"words": "楼\u0000道\u202e堆\u200b满"},
    "the longest words": {"words": "堆" * 4000},
    "nulls where they may be": {"place_id": None, "lat": None, "lng": None, "id": None},
}
BAD: dict[str, Said] = {
    "nothing said": {"words": " ", "item_code": None},
    "controls alone": {"words": "\u0000\u202e", "item_code": None},
    "an unknown item": {"item_code": "Z99"},
    "an unknown area": {"area_code": "999999"},
    "a town": {"area_code": cast.TOWN},
    "nowhere": {"area_code": None},
    "half a point": {"area_code": None, "lat": 31.1},
    "a point in Paris": {"area_code": None, "lat": 48.85, "lng": 2.35},
    "a latitude beyond the pole": {"lat": 91.0, "lng": 121.0},
    "a point as text": {"lat": "31.1", "lng": "121.5"},
    "an unknown datum": {"datum": "mars"},
    "a wrong phone": {"phone": "12"},
    "a place that is not there": {"place_id": 10**12},
    "a place as text": {"place_id": "1"},
    "a place too great for the database": {"place_id": 2**63},
    "a photo that is not there": {"photos": [str(uuid4())]},
    "seven photos": {"photos": [str(uuid4()) for _ in range(7)]},
    "words too long": {"words": "堆" * 4001},
    "words that are a number": {"words": 1},
    "words that are null": {"words": None},
    "an id that is none": {"id": "x"},
    "a misspelt field": {"word": "x"},
    "a channel that is not for senders": {"channel": "hotline"},
    "a language with a null byte": {"language": "zh\u0000"},
}


def body_of(said: Said, change: Said, *, keep_null: bool = False) -> bytes:
    return orjson.dumps({k: v for k, v in (said | change).items() if v is not None or (keep_null and k in change)})


def alike(quick: Answered, slow: Answered) -> None:
    """Status, headers and body of two answers to the same fault are the same."""
    assert quick.status == slow.status
    assert quick.headers == slow.headers
    assert quick.body == slow.body


@pytest.mark.parametrize("change", GOOD.values(), ids=GOOD)
def test_a_good_report_gets_the_same_answer_by_either_lane(lanes: Lanes, said: Said, change: Said) -> None:
    body = body_of(said, change, keep_null=change.keys() >= {"place_id"})
    quick = lanes.send(body, quick=True, HTTP_IDEMPOTENCY_KEY=f"q{uuid4()}")
    assert lanes.took == 1
    slow = lanes.send(body, quick=False, HTTP_IDEMPOTENCY_KEY=f"s{uuid4()}")
    assert (quick.status, slow.status) == ("201 Created", "201 Created")
    assert set(quick.told) == set(slow.told) == OWN
    assert quick.told["promise"].keys() == slow.told["promise"].keys()
    assert {k: quick.told["promise"][k] for k in ("step", "amount", "unit")} == {
        k: slow.told["promise"][k] for k in ("step", "amount", "unit")
    }
    ours = ("content-type", "cache-control", "x-content-type-options", "referrer-policy", "x-frame-options",
            "cross-origin-opener-policy", "location", "content-length")  # fmt: skip
    for name in ours:
        if name == "location":
            assert quick.headers[name] == f"/api/v1/reports/{quick.told['id']}"
            assert slow.headers[name] == f"/api/v1/reports/{slow.told['id']}"
        elif name == "content-length":
            assert quick.headers[name] == str(len(quick.body))
        else:
            assert quick.headers[name] == slow.headers[name], name
    same_rows(quick.told["id"], slow.told["id"])


def same_rows(one: str, other: str) -> None:
    """Both reports are stored alike: everything but what makes each of them itself."""
    columns = ("channel", "state", "area_id", "unit_id", "place_id", "place_text", "lat", "lng", "item_code", "title",
               "words", "photos", "reporter_name", "phone_mask", "language", "request_hash")  # fmt: skip
    rows = Report.objects.using("owner").values(*columns)
    assert rows.get(id=one) == rows.get(id=other)
    entries = Entry.objects.using("owner").values("act", "visibility", "actor_id", "actor_role", "words", "photos")
    assert entries.get(matter_id=one) == entries.get(matter_id=other)


@pytest.mark.parametrize("change", BAD.values(), ids=BAD)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_bad_report_gets_the_same_refusal_by_either_lane(
    lanes: Lanes, said: Said, change: Said, language: str
) -> None:
    before = Report.objects.using("owner").count()
    body = body_of(said, change, keep_null=change == {"words": None})
    quick = lanes.send(body, quick=True, HTTP_ACCEPT_LANGUAGE=language)
    slow = lanes.send(body, quick=False, HTTP_ACCEPT_LANGUAGE=language)
    alike(quick, slow)
    assert quick.status[:3] in {"404", "422"}
    assert quick.headers["content-type"] == "application/problem+json"
    assert (lanes.took, Report.objects.using("owner").count()) == (0, before)
    assert re.search(r"[\u4e00-\u9fff]", quick.told["detail"]) is None or language == "zh-CN"


RAW: dict[str, tuple[bytes, dict[str, str]]] = {
    "no json": (b"{", {}),
    "empty": (b"", {}),
    "a list": (b"[]", {}),
    "not a number": (b'{"lat": NaN}', {}),
    "a lone surrogate": (b'{"words": "\\ud800"}', {}),
    "not utf-8": ('{"words": "楼道"}'.encode("gb18030"), {}),
    "a mark of byte order": (b"\xef\xbb\xbf{}", {}),
    "too deep": (b"[" * 3000, {}),
    "too long": (b'{"words":"' + b"x" * 140_000 + b'"}', {}),
    "another media type": (b"{}", {"CONTENT_TYPE": "text/plain"}),
    "no media type": (b"{}", {"CONTENT_TYPE": ""}),
    "another method": (b"{}", {"REQUEST_METHOD": "PUT"}),
    "a bad token": (b"{}", {"HTTP_AUTHORIZATION": "Bearer x"}),
    "a bad key": (b"{}", {"HTTP_IDEMPOTENCY_KEY": "a b"}),
    "a key too long": (b"{}", {"HTTP_IDEMPOTENCY_KEY": "k" * 101}),
    "an empty key": (b"{}", {"HTTP_IDEMPOTENCY_KEY": ""}),
}


@pytest.mark.parametrize(("body", "changed"), RAW.values(), ids=RAW)
def test_a_body_that_cannot_be_read_gets_the_same_refusal(lanes: Lanes, body: bytes, changed: dict[str, str]) -> None:
    alike(lanes.send(body, quick=True, **changed), lanes.send(body, quick=False, **changed))
    assert lanes.took == 0


@pytest.mark.parametrize("key", ["k", "k" * 100, "!#$%&'*+-.^_`|~", '{"a":1}'])
def test_a_key_is_the_same_key_in_either_lane(lanes: Lanes, said: Said, key: str) -> None:
    own = f"{key[:64]}{uuid4()}"
    body = orjson.dumps(said)
    quick = lanes.send(body, quick=True, HTTP_IDEMPOTENCY_KEY=own)
    slow = lanes.send(body, quick=False, HTTP_IDEMPOTENCY_KEY=own)
    assert (lanes.took, quick.status, slow.status) == (1, "201 Created", "201 Created")
    assert quick.body == slow.body
    other = orjson.dumps(said | {"words": "另一件"})
    alike(
        lanes.send(other, quick=True, HTTP_IDEMPOTENCY_KEY=own),
        lanes.send(other, quick=False, HTTP_IDEMPOTENCY_KEY=own),
    )


TEXT = st.text(max_size=30)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "words": TEXT, "title": TEXT, "place_text": TEXT, "reporter_name": TEXT, "phone": st.sampled_from(["", "12"]),
        "item_code": st.sampled_from(["C04", "Z99", "", None]),
        "area_code": st.sampled_from([cast.HOME_AREA, cast.TOWN, "999", None]),
        "lat": st.one_of(st.none(), st.floats(-91, 91)), "lng": st.one_of(st.none(), st.floats(-181, 181)),
        "datum": st.sampled_from(["wgs84", "gcj02", "bd09", "x"]),
        "language": TEXT, "channel": st.sampled_from(["api", "desk", "x"]), "more": st.booleans(),
    },
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FIELDS)
def test_whatever_is_said_both_lanes_agree(lanes: Lanes, fields: Said) -> None:
    body = orjson.dumps(fields)
    quick, slow = lanes.send(body, quick=True), lanes.send(body, quick=False)
    assert quick.status == slow.status
    assert quick.status[0] in "24"
    assert set(quick.told) == set(slow.told)
    if quick.status[0] == "4":
        assert quick.body == slow.body
    else:
        same_rows(quick.told["id"], slow.told["id"])


def test_the_fast_lane_stands_before_the_pages_of_the_server() -> None:
    assert f"{FastLane.__module__}.{FastLane.__qualname__}" == configured.LINLI_FRONT_LANE


def test_another_path_is_left_alone(lanes: Lanes, said: Said) -> None:
    for path in ("/api/v1/reports/", "/api/v1/photos", "/api/v1/Reports", "/api/v1/reports.json"):
        before = Report.objects.using("owner").count()
        alike(
            lanes.send(orjson.dumps(said), quick=True, PATH_INFO=path),
            lanes.send(orjson.dumps(said), quick=False, PATH_INFO=path),
        )
        assert (lanes.took, Report.objects.using("owner").count()) == (0, before)
