"""What the documents say is there, and what must be in them is."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from enum import Enum
from pathlib import Path

import polib
import pytest

from linli.accounts.api import Role
from linli.casework.cases.api import CaseState, Result
from linli.casework.intake.api import Channel, ReportState
from linli.casework.timeline.api import Act, ClockKind
from linli.casework.verification.api import Satisfaction
from linli.catalogue.api import ItemClass, ListKind, UnitKind
from linli.doors.sheets.api import BatchState, ExportPurpose, ExportState
from linli.register.charts.api import Grade, GradingState, Layer
from linli.register.duty.api import Cause, Seat
from linli.territory.api import AreaKind
from linli.territory.models import StationKind

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
ENUMS: list[type[Enum]] = [
    ReportState, CaseState, Act, ClockKind, Role, Channel, UnitKind, ItemClass, ListKind, StationKind, AreaKind,
    Satisfaction, Result, Layer, Grade, GradingState, Seat, Cause, BatchState, ExportState, ExportPurpose,
]  # fmt: skip
FOREIGN = re.compile(r"/(?:root|home|work|Users)/\w|//(?:pypi\.org|files\.pythonhosted\.org|registry\.npmjs\.org)")


def dead_links(page: Path, text: str) -> list[str]:
    there = (target for target in LINK.findall(text) if "://" not in target)
    return [target for target in there if not (page.parent / target).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert dead_links(page, page.read_text(encoding="utf-8")) == []


def test_a_dead_link_is_found() -> None:
    assert dead_links(ROOT / "README.md", "[x](docs/no-such-page.md)") == ["docs/no-such-page.md"]


@pytest.mark.parametrize("enum", ENUMS, ids=lambda enum: enum.__name__)
def test_the_glossary_names_every_member(enum: type[Enum]) -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    sections = [part for part in text.split("\n## ") if f"`{enum.__name__}" in part.split("|---")[0]]
    assert sections
    assert [member.value for member in enum if not any(f"| `{member.value}` |" in part for part in sections)] == []


def test_every_variable_of_the_settings_is_explained() -> None:
    said = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    read = re.compile(r'(?:text|flag|number|items|kept_secret)\(\s*"([A-Z_]+)"')
    named = {name for path in (ROOT / "linli" / "project").rglob("*.py") for name in read.findall(path.read_text())}
    assert {"SECRET_KEY", "DATABASE_URL"} <= named
    assert sorted(name for name in named if f"`{name}`" not in said) == []


def test_every_direct_dependency_has_its_line() -> None:
    said = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    lines = [line for name in ("base.in", "dev.in") for line in (ROOT / "requirements" / name).read_text().split("\n")]
    names = [re.split(r"[\[<>=; ]", line)[0] for line in lines if line and line[0] not in "-#"]
    package = json.loads((ROOT / "package.json").read_text())
    names += [*package["dependencies"], *package["devDependencies"]]
    assert [name for name in names if f"| `{name}` |" not in said] == []


def test_the_changes_name_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"\n## {version}\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_licence_is_the_unmodified_text() -> None:
    digest = hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest()
    assert digest == "0d96a4ff68ad6d4b6f1f30f713b18d5184912ba8dd389f86aa7710db079abcb0"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_names_one_machine(page: Path) -> None:
    assert FOREIGN.findall(page.read_text(encoding="utf-8")) == []


def test_a_machine_path_is_found() -> None:
    assert FOREIGN.search("see /" + "home/somebody/x")


GUIDES = ROOT / "docs" / "guides"
BOLD = re.compile(r"\*\*([^*]+)\*\*")
EMPHASIS_ALONE = {"posts", "岗位", "by when an answer is promised", "答应什么时候办好"}
"""What the guides stress and no screen shows as a button or heading."""


def _labels(language: str) -> set[str]:
    entries = [entry for path in sorted((ROOT / "linli").rglob("*.po")) for entry in polib.pofile(str(path))]
    return {(entry.msgstr if language == "zh" else entry.msgid).rstrip(".。?？") for entry in entries}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_word_a_guide_points_at_stands_on_a_screen(language: str) -> None:
    labels = _labels(language) | EMPHASIS_ALONE
    pages = sorted((GUIDES / "zh" if language == "zh" else GUIDES).glob("*.md"))
    said = {
        (page.name, word.rstrip(".。?？,:："))
        for page in pages
        for word in BOLD.findall(page.read_text(encoding="utf-8"))
    }
    assert len(said) > 40
    assert (
        sorted((name, word) for name, word in said if word not in labels and not word.endswith(("are yours", "归您")))
        == []
    )


@pytest.mark.parametrize(
    "role",
    ["resident", "worker", "committee-worker", "station-head", "dispatcher", "district", "auditor", "administrator"],
)
def test_each_role_has_its_guide_in_both_languages_with_the_same_sections(role: str) -> None:
    english, chinese = (GUIDES / f"{role}.md").read_text("utf-8"), (GUIDES / "zh" / f"{role}.md").read_text("utf-8")
    assert english.count("\n## ") == chinese.count("\n## ")
    assert english.count("\n| ") == chinese.count("\n| ")
    assert english.count("\n- ") == chinese.count("\n- ")
    for index in (GUIDES / "README.md", GUIDES / "zh" / "README.md"):
        assert f"({role}.md)" in index.read_text("utf-8")
