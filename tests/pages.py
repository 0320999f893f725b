"""A page as its reader has it: the words that are shown, the parts, and the fields of its forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.http import HttpResponse
from django.http.response import HttpResponseBase

VOID = frozenset({"img", "input", "meta", "link", "br", "hr", "source", "path", "circle", "rect"})
UNSEEN = frozenset({"script", "style", "template", "title", "head"})


@dataclass
class Part:
    """One element. Words of what is hidden from everybody are left out; what only screen readers hear counts."""

    tag: str
    attrs: dict[str, str]
    children: list[Part | str] = field(default_factory=list)

    @property
    def words(self) -> str:
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag not in UNSEEN:
                yield " "
                yield from child._texts()
                yield " "

    def all(self, tag: str = "", /, **wanted: str | bool) -> list[Part]:
        """Every part below of this tag whose attributes are as wanted; True asks only that one is there.

        `class_` asks for one of the classes; an underscore in a name stands for a dash.
        """
        return [part for part in self._parts() if tag in ("", part.tag) and part.has(**wanted)]

    def one(self, tag: str = "", /, **wanted: str | bool) -> Part:
        """The only such part."""
        found = self.all(tag, **wanted)
        assert len(found) == 1, (tag, wanted, [part.attrs for part in found])
        return found[0]

    def has(self, **wanted: str | bool) -> bool:
        return all(self._fits(name, value) for name, value in wanted.items())

    def _fits(self, name: str, value: str | bool) -> bool:
        if name == "class_":
            return value in self.attrs.get("class", "").split()
        held = self.attrs.get(name.replace("_", "-"))
        return (held is not None) == value if isinstance(value, bool) else held == value

    def _parts(self) -> Iterator[Part]:
        for child in self.children:
            if isinstance(child, Part):
                yield child
                yield from child._parts()

    def value(self, name: str) -> str:
        """What stands in the field of this name: an input, a text or the chosen option."""
        if texts := self.all("textarea", name=name):
            return "".join(child for child in texts[0].children if isinstance(child, str))
        if lists := self.all("select", name=name):
            return next((option.attrs["value"] for option in lists[0].all("option", selected=True)), "")
        return self.one("input", name=name).attrs.get("value", "")

    def chosen(self, name: str) -> list[str]:
        """The values that are ticked."""
        return [part.attrs["value"] for part in self.all("input", name=name, checked=True)]

    def offered(self, name: str) -> list[str]:
        """The values that can be ticked, in order."""
        return [part.attrs["value"] for part in self.all("input", name=name)]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Part("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        part = Part(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(part)
        if tag not in VOID:
            self.open.append(part)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Part(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        at = next((n for n in range(len(self.open) - 1, 0, -1) if self.open[n].tag == tag), 0)
        if at:
            del self.open[at:]

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def page_of(response: HttpResponse | HttpResponseBase) -> Part:
    """The whole answer, read."""
    assert isinstance(response, HttpResponse)
    reader = _Reader()
    reader.feed(response.content.decode())
    return reader.open[0]


def main_of(response: HttpResponse | HttpResponseBase) -> Part:
    """What stands between the bar above and the bar below."""
    return page_of(response).one("main", id="main")


def alerts(part: Part) -> list[str]:
    """What is told as gone wrong, in the order of the page."""
    return [one.words for one in part.all(role="alert") if one.words]
