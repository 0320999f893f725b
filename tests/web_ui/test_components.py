"""Tags, partials and frames: what they show, what they hide, and that strange text stays text."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import get_template
from django.utils import translation

from linli.casework.cases.rules import CaseState
from linli.casework.dispatch.rules import AssignmentState
from linli.casework.intake.rules import ReportState
from linli.kernel import clock
from linli.project.messages import compile_all
from linli.web.ui import icons, samples, states
from linli.web.ui.story import Photo, StoryEntry, Who, for_resident, grouped

UI = Path(__file__).resolve().parents[2] / "linli" / "web" / "ui"
NASTY = "<script>alert(1)</script>\" onclick='x' {{ 7 }} \u202e"
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "path", "rect", "circle"}


@pytest.fixture(autouse=True, scope="module")
def _compiled() -> None:
    compile_all()


def render(text: str, **context: object) -> str:
    return Template("{% load linli_ui %}" + text).render(Context(context))


class Balance(HTMLParser):
    """Collects tags that are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes |= {name for name, _value in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes |= {name for name, _value in attrs}

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def well_formed(html: str) -> Balance:
    parser = Balance()
    parser.feed(html)
    parser.close()
    assert not parser.open and not parser.wrong, (parser.open, parser.wrong)
    return parser


def test_the_balance_check_sees_a_missing_end() -> None:
    with pytest.raises(AssertionError):
        well_formed("<p><b>x</p>")


@pytest.mark.parametrize("state", [*states.BADGES, "never heard of"])
@pytest.mark.parametrize("audience", ["worker", "resident"])
def test_a_state_has_icon_and_word(state: str, audience: str) -> None:
    html = render("{% state_badge state audience %}", state=state, audience=audience)
    well_formed(html)
    assert "<svg" in html
    assert re.sub(r"<[^>]+>", "", html).strip()


def test_every_state_of_casework_has_a_badge() -> None:
    known = {*CaseState, *ReportState, *(f"assignment:{state}" for state in AssignmentState)}
    assert {str(state) for state in known} <= set(states.BADGES)


def test_every_badge_uses_a_known_icon_and_tone() -> None:
    for badge in states.BADGES.values():
        assert badge.icon in icons.PATHS
        assert badge.tone in states.TONES


def test_words_differ_by_audience() -> None:
    with translation.override("zh-hans"):
        assert "处置中" in render("{% state_badge 'handling' %}")
        assert "已经有人在办" in render("{% state_badge 'handling' 'resident' %}")


def test_an_unknown_icon_is_an_error() -> None:
    with pytest.raises(KeyError):
        render("{% icon 'nothing' %}")


@pytest.mark.parametrize(
    "text",
    [
        "{% person who %}",
        "{% person nasty nasty nasty phone=nasty href=nasty %}",
        "{% tag nasty nasty 'warn' nasty %}",
        "{% number nasty nasty nasty nasty %}",
        "{% clock_chip due None None nasty nasty label=nasty href=nasty %}",
        "{% story entries %}",
        "{% story entries audience='resident' %}",
        "{% photo_pair photo photo %}",
        "{% photos photos %}",
        "{% empty nasty nasty nasty %}",
        "{% place nasty nasty options=options value=nasty %}",
        "{% matter_map nasty label=nasty target=nasty %}",
        "{% camera nasty label=nasty %}",
        "{% steps labels 1 %}",
        "{% state_badge nasty word=nasty tone=nasty href=nasty %}",
    ],
)
def test_strange_text_stays_text(text: str) -> None:
    photo = Photo(NASTY, NASTY, NASTY, clock.now())
    entry = StoryEntry(
        "dot", NASTY, clock.now(), Who(NASTY, NASTY, NASTY), NASTY, [photo], why=NASTY, facts=[(NASTY, NASTY)]
    )
    html = render(
        text,
        nasty=NASTY,
        who=Who(NASTY, NASTY, NASTY),
        due=clock.now(),
        entries=[entry, replace(entry, technical=True), replace(entry, inner=True, before=[photo], after=[photo])],
        photo=photo,
        photos=[photo],
        options=[(NASTY, NASTY)],
        labels=[NASTY, "b"],
    )
    assert "<script>alert" not in html
    parser = well_formed(html)
    assert "onclick" not in parser.attributes


def test_a_residents_story_drops_names_inner_remarks_and_technical_events_only() -> None:
    entries = samples.story(clock.now())
    told = for_resident(entries)
    assert [entry.title for entry in told] == [e.title for e in entries if not e.inner and not e.technical]
    html = render("{% story entries audience='resident' %}", entries=entries)
    for entry in entries:
        if entry.who and entry.who.name:
            assert entry.who.name not in html
        if entry.inner:
            assert entry.words not in html
        elif entry.words:
            assert entry.words in html
    assert "保安" in html and "瑞和物业" in html
    control = render("{% story entries %}", entries=entries)
    assert "张卫东" in control and "车主电话无人接" in control


def test_neighbouring_technical_events_fold_together() -> None:
    plain, technical = StoryEntry("dot", "a"), StoryEntry("dot", "t", technical=True)
    groups = grouped([plain, technical, technical, plain, technical])
    assert [(group.technical, len(group.entries)) for group in groups] == [
        (False, 1),
        (True, 2),
        (False, 1),
        (True, 1),
    ]


def test_a_field_names_its_help_and_its_error() -> None:
    class Form(forms.Form):
        words = forms.CharField(help_text="how")
        kind = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)
        yes = forms.BooleanField()

    form = Form({})
    html = render("{% field form.words autocomplete='off' %}", form=form)
    well_formed(html)
    assert 'aria-describedby="id_words_help id_words_wrong"' in html and 'aria-invalid="true"' in html
    assert 'id="id_words_help"' in html and 'id="id_words_wrong"' in html
    radios = render("{% field form.kind %}", form=form)
    well_formed(radios)
    assert "<fieldset" in radios and "<legend" in radios
    well_formed(render("{% field form.yes %}", form=form))


def test_masks_and_numbers() -> None:
    assert render("{{ '13812345678'|mask_phone }}") == "138****5678"
    assert render("{{ '王建国'|mask_name }}") == "王*"
    assert "12,345" in render("{% number n '/x' %}", n=12345)
    assert 'href="/x"' in render("{% number n '/x' %}", n=12345)


def test_templates_hold_no_inline_style_script_or_handler() -> None:
    """The content security policy forbids them; a browser would drop them silently."""
    pattern = re.compile(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\bsrc=)|javascript:|hx-on|hx-vals=.js")
    assert pattern.search('<p onclick="x">')
    for path in UI.rglob("templates/**/*.html"):
        assert not pattern.search(path.read_text(encoding="utf-8")), path


def test_every_template_parses() -> None:
    names = [str(path.relative_to(UI / "templates")) for path in UI.glob("templates/ui/**/*.html")]
    assert len(names) > 25
    for name in names:
        get_template(name)
