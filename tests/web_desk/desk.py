"""People of the cast before the desk's pages: what each is shown, what he sends, what he is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import pytest
from casework.stage import Matter, Stage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_started
from django.db import connection
from django.test import Client
from PIL import Image

VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
UNSEEN = frozenset({"script", "style", "svg", "template"})


@dataclass(eq=False)
class Node:
    """An element of a page."""

    tag: str
    attrs: Mapping[str, str]
    inside: list[Node | str] = field(default_factory=list)

    @property
    def below(self) -> Iterator[Node]:
        """Every element below, in the order of the page."""
        for one in self.inside:
            if isinstance(one, Node):
                yield one
                yield from one.below

    def all(self, tag: str = "", **attrs: str) -> list[Node]:
        """Elements with this tag and these attributes; `_` stands for `-`."""
        wanted = {name.strip("_").replace("_", "-"): value for name, value in attrs.items()}
        return [
            one
            for one in self.below
            if tag in ("", one.tag) and all(one.attrs.get(name) == value for name, value in wanted.items())
        ]

    def one(self, tag: str = "", **attrs: str) -> Node:
        """The only such element."""
        found = self.all(tag, **attrs)
        assert len(found) == 1, (tag, attrs, len(found))
        return found[0]

    def has(self, tag: str = "", **attrs: str) -> bool:
        """Whether there is such an element."""
        return bool(self.all(tag, **attrs))

    @property
    def text(self) -> str:
        """What is read, in one line."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        if self.tag in UNSEEN:
            return
        for one in self.inside:
            yield one if isinstance(one, str) else "".join(one._texts())
        yield " "

    @property
    def values(self) -> dict[str, list[str]]:
        """What a form would send as it stands, without its token and its files."""
        found: dict[str, list[str]] = {}
        for one in self.below:
            name = one.attrs.get("name", "")
            if name and name != "csrfmiddlewaretoken":
                found.setdefault(name, []).extend(_value(one))
        return found

    @property
    def errors(self) -> list[str]:
        """The sentences that say what is wrong."""
        return [one.text for one in self.all("p", _class="l-field__error")]


def _value(one: Node) -> list[str]:
    if one.tag == "textarea":
        return ["".join(text for text in one.inside if isinstance(text, str)).removeprefix("\n")]
    if one.tag == "select":
        chosen = [option.attrs.get("value", "") for option in one.all("option") if "selected" in option.attrs]
        return chosen or [option.attrs.get("value", "") for option in one.all("option")[:1]]
    kind = one.attrs.get("type", "text")
    if one.tag != "input" or kind == "file" or (kind in ("radio", "checkbox") and "checked" not in one.attrs):
        return []
    return [one.attrs.get("value", "on" if kind == "checkbox" else "")]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        while len(self.open) > 1 and self.open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def read(html: str) -> Node:
    """The page as a tree."""
    reader = _Reader()
    reader.feed(html)
    return reader.open[0]


@dataclass(eq=False)
class Shown(Node):
    """An answer as its reader sees it."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes = b""

    def act(self, slug: str) -> Node:
        """The fold of one act."""
        return self.one("details", id=f"act-{slug}")

    def form(self, slug: str) -> Node:
        """The form of one act."""
        return self.act(slug).one("form")

    @property
    def offered(self) -> list[str]:
        """The acts whose form is there, in the order of the page."""
        return [slug for slug, fold in self._folds if fold.has("form")]

    @property
    def blocked(self) -> dict[str, str]:
        """The acts that are closed all the same, each with the sentence that says why."""
        return {slug: fold.one("p", _class="l-quiet").text for slug, fold in self._folds if not fold.has("form")}

    @property
    def _folds(self) -> list[tuple[str, Node]]:
        folds = self.all("details", _class="d-act")
        return [(fold.attrs["id"].removeprefix("act-"), fold) for fold in folds]

    @property
    def steps(self) -> list[Node]:
        """The steps of the story, oldest first."""
        return [one for one in self.all("li") if one.attrs.get("class", "").startswith("l-story__step")]

    @property
    def titles(self) -> list[str]:
        """The titles of the steps."""
        return [one.all("span", _class="l-story__title")[0].text for one in self.steps]


class Desk:
    """Requests of the cast, each on a connection as it begins."""

    def __init__(self, stage: Stage, client_as: Callable[[str], Client]) -> None:
        self.stage = stage
        self._client_as = client_as
        self._clients: dict[str, Client] = {}

    def client(self, who: str, lang: str = "zh-hans") -> Client:
        """His browser, set to a language."""
        as_a_connection_begins()
        if who not in self._clients:
            self._clients[who] = self._client_as(who)
        self._clients[who].cookies["django_language"] = lang
        return self._clients[who]

    def get(self, who: str, path: str, *, lang: str = "zh-hans", part: bool = False) -> Shown:
        """He opens an address below /desk/, or lets the page fetch a piece."""
        got = self.client(who, lang).get(f"/desk/{path}", headers={"HX-Request": "true"} if part else {})
        return _shown(got)

    def post(self, who: str, path: str, data: Mapping[str, Any], *, lang: str = "zh-hans", part: bool = False) -> Shown:
        """He sends a form."""
        got = self.client(who, lang).post(f"/desk/{path}", data, headers={"HX-Request": "true"} if part else {})
        return _shown(got)

    def page(self, who: str, matter: Matter, *, lang: str = "zh-hans") -> Shown:
        """The page of a matter."""
        return self.get(who, matter.number, lang=lang)

    def do(self, who: str, matter: Matter, slug: str, **data: Any) -> Shown:
        """He sends the form of an act from the page of the matter; the page comes back as a whole."""
        return self.post(who, f"{matter.number}/{slug}", data)

    def refused(self, who: str, matter: Matter, slug: str, **data: Any) -> Shown:
        """The same, and nothing may have changed."""
        before = self.stage.snapshot(matter)
        answer = self.do(who, matter, slug, **data)
        assert self.stage.snapshot(matter) == before
        return answer


def _shown(response: Any) -> Shown:
    raw = b"".join(response.streaming_content) if response.streaming else response.content
    is_text = response.headers.get("Content-Type", "").startswith("text/html")
    return Shown(
        "", {}, read(raw.decode()).inside if is_text else [], response.status_code, dict(response.headers), raw
    )  # fmt: skip


def as_a_connection_begins(**_given: object) -> None:
    """The tests share one transaction, in which an identity taken once would stay."""
    with connection.cursor() as cursor:
        cursor.execute("set local role linli_app; set local transaction_read_only = off")


@pytest.fixture
def desk(stage: Stage, client_as: Callable[[str], Client]) -> Iterator[Desk]:
    """The desk, at the stage's hour."""
    request_started.connect(as_a_connection_begins)
    yield Desk(stage, client_as)
    request_started.disconnect(as_a_connection_begins)


def picture(colour: str = "red", name: str = "a.jpg") -> SimpleUploadedFile:
    """A small photo as a phone sends it."""
    data = BytesIO()
    Image.new("RGB", (64, 48), colour).save(data, "JPEG")
    return SimpleUploadedFile(name, data.getvalue(), content_type="image/jpeg")


def words_of(nodes: Sequence[Node]) -> list[str]:
    """What each of them says."""
    return [one.text for one in nodes]
