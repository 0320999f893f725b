"""Makes the environment: .venv with the locked packages and Linli itself. Does nothing when all of it is there.

Needs nothing but a Python of 3.11 or newer; `make` calls it with the newest one it finds.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / "linli.stamp"
LOCKED = ROOT / "requirements" / "dev.txt"
LOCKED_UV = ROOT / "requirements" / "uv.txt"


def main() -> int:
    if sys.version_info < (3, 11):
        sys.stderr.write("Linli needs Python 3.11 or newer: PYTHON=/path/to/python3.11 make …\n")
        return 1
    wanted = digest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return 0
    STAMP.unlink(missing_ok=True)
    sys.stdout.write("Installing the locked packages into .venv …\n")
    sys.stdout.flush()
    try:
        make_venv()
        uv = install_uv()
        call([*uv, "pip", "sync", "--quiet", "--require-hashes", str(LOCKED)])
        call([*uv, "pip", "install", "--quiet", "--no-deps", "--editable", str(ROOT)])
    except subprocess.CalledProcessError as error:
        sys.stderr.write(
            f"\nThis step failed: {' '.join(map(str, error.cmd))}\n"
            "Its own message stands above. Most often the network or the package index is out of reach; run the same\n"
            "command again when it is back. If the folder .venv is broken, remove it first.\n"
        )
        return 1
    except RuntimeError as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    STAMP.write_text(wanted)
    return 0


def digest() -> str:
    """Everything the environment depends on, the interpreter and the place of the checkout too."""
    value = hashlib.sha256(f"{sys.version_info[:3]} {ROOT}".encode())
    for path in (Path(__file__), LOCKED, LOCKED_UV):
        value.update(path.read_bytes())
    settings_of_tools = "\n[tool."  # they change often and need no new environment
    value.update((ROOT / "pyproject.toml").read_text(encoding="utf-8").split(settings_of_tools)[0].encode())
    return value.hexdigest()


def make_venv() -> None:
    """A virtual environment of the calling Python; one of another version or place is made anew."""
    python = BIN / "python"
    if python.exists() and was_made_here() and runs_this_version(python):
        return
    if VENV.exists():
        shutil.rmtree(VENV)
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if made.returncode != 0:  # Debian splits ensurepip off into python3-venv
        call([sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)])


def was_made_here() -> bool:
    """Its scripts carry the absolute path they were made for: a checkout that moved needs new ones."""
    return str(VENV) in (VENV / "pyvenv.cfg").read_text()


def runs_this_version(python: Path) -> bool:
    ask = "import sys; print(sys.version_info[:3], sys.prefix)"
    answer = subprocess.run([str(python), "-c", ask], capture_output=True, text=True, check=False)
    return answer.stdout.strip() == f"{sys.version_info[:3]} {VENV}"


def install_uv() -> list[str]:
    """The command of uv: inside .venv by pip, else one that the system has."""
    python = str(BIN / "python")
    has_pip = subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0
    if has_pip:
        call([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(LOCKED_UV)])
        return [python, "-m", "uv"]
    if shutil.which("uv"):
        return ["uv"]
    host = [sys.executable, "-m", "pip"]
    if subprocess.run([*host, "--version"], capture_output=True, check=False).returncode == 0:
        call([*host, "--python", python, "install", "--quiet", "-r", str(LOCKED_UV)])
        return [python, "-m", "uv"]
    raise RuntimeError(
        "This Python has no pip. Install it (Debian and Ubuntu: apt install python3-venv) or uv, then try again."
    )


def call(command: list[str]) -> None:
    environ = os.environ | {"VIRTUAL_ENV": str(VENV), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    environ.pop("PYTHONPATH", None)
    subprocess.run(command, check=True, cwd=ROOT, env=environ)


if __name__ == "__main__":
    raise SystemExit(main())
