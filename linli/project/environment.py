"""Settings from the environment. A wrong value stops the start with a sentence, not later with a riddle."""

from __future__ import annotations

import hmac
import os
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

from linli.project.postgres import ADMIN, locate

ROOT = Path(__file__).resolve().parents[2]
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    """The variable, or what the file named by `<name>_FILE` holds (for mounted secrets)."""
    file = os.environ.get(f"{name}_FILE")
    return Path(file).read_text(encoding="utf-8").strip() if file else os.environ.get(name, default)


def flag(name: str, *, default: bool = False) -> bool:
    """A yes-or-no variable. Raises ImproperlyConfigured for anything else."""
    value = text(name, "1" if default else "0").lower()
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be 1 or 0.")
    return value in TRUE


def number(name: str, default: int) -> int:
    """A whole number. Raises ImproperlyConfigured for anything else."""
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be a whole number.") from None


def items(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def one_of(name: str, allowed: Sequence[str]) -> str:
    """One of some words, the first of them when nothing is said. Raises ImproperlyConfigured for anything else."""
    value = text(name, allowed[0]).lower()
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be one of {', '.join(allowed)}.")
    return value


def basemap_url(name: str) -> str:
    """Where a base map comes from: tiles with {z}, {x}, {y}, or a style whose path ends in .json; empty: none.

    Raises ImproperlyConfigured for anything else, also for {s}: the pages allow exactly one origin.
    """
    value = text(name)
    parts = urlsplit(value)
    tiles = all(f"{{{axis}}}" in value for axis in "zxy") and "{" not in parts.netloc
    known = parts.scheme in {"http", "https"} and re.fullmatch(r"[\w.:\[\]-]+", parts.netloc) is not None
    if value and not (known and (tiles or parts.path.endswith(".json"))):
        raise ImproperlyConfigured(
            f"{name} is {value!r}; it must be an http(s) address of one host: tiles with {{z}}, {{x}} and {{y}}, or a"
            " style that ends in .json."
        )
    return value


def basemap_attribution(name: str, *, needed: bool) -> str:
    """Whose the base map is, with its review number (审图号). Raises ImproperlyConfigured when needed and absent."""
    value = text(name)
    if needed and not value:
        raise ImproperlyConfigured(f"Set {name}: whose the base map is, and the number of its review (审图号).")
    return value


def kept_secret(name: str, var: Path, *, may_make: bool) -> str:
    """A secret from the environment, else one made once and kept in `var` (demo and development only)."""
    given = text(name)
    if given:
        return given
    file = var / f"{name.lower()}.secret"
    if file.exists():
        return file.read_text(encoding="utf-8").strip()
    if not may_make:
        raise ImproperlyConfigured(f"Set {name} (or {name}_FILE): a secret of at least 32 random bytes, base64.")
    var.mkdir(parents=True, exist_ok=True)
    made = urlsafe_b64encode(secrets.token_bytes(32)).decode()
    partial = file.with_suffix(f".{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(made)
    try:
        os.link(partial, file)
    except FileExistsError:
        made = file.read_text(encoding="utf-8").strip()
    finally:
        partial.unlink()
    return made


def keys_folder(var: Path, *, may_make: bool) -> Path:
    """The folder of keys; in production it must be named and be there: none is made up beside the old ones."""
    given = text("LINLI_KEYS")
    if may_make:
        return Path(given) if given else var / "keys"
    if not given or not Path(given).is_dir():
        raise ImproperlyConfigured(
            "Set LINLI_KEYS: a folder that is there, mode 0700, outside the database and its backups, mounted by every "
            "web and worker process. It holds the keys of sealed fields."
        )
    return Path(given)


def databases(var: Path, secret: str) -> dict[str, dict[str, object]]:
    """The four doors to one database, each with a role of its own (SECURITY.md (c)1–2).

    owner: roles, migrations, back office. default: the application, without any right to widen its scope.
    audit: may only write openings. gate: may only open and close sessions.
    """
    url = text("DATABASE_URL") or _embedded(var)
    parts = conninfo_to_dict(url)
    base = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname") or "linli",
        "HOST": parts.get("host") or "",
        "PORT": str(parts.get("port") or ""),
    }
    extra = {k: v for k, v in parts.items() if k not in {"dbname", "host", "port", "user", "password"}}
    options = {"OPTIONS": {**extra, "connect_timeout": 10}, "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
    owner = base | options | {"USER": parts.get("user") or "", "PASSWORD": parts.get("password") or ""}
    return {
        "default": base | options | {"USER": "linli_app", "PASSWORD": role_password("linli_app", secret)},
        "owner": owner | {"CONN_MAX_AGE": 0},
        "audit": base | options | {"USER": "linli_audit", "PASSWORD": role_password("linli_audit", secret)},
        "gate": base | options | {"USER": "linli_gate", "PASSWORD": role_password("linli_gate", secret)},
    }


def role_password(role: str, secret: str) -> str:
    """The password of a database role, derived from the secret key so that no file has to carry it."""
    return hmac.new(secret.encode(), f"database role {role}".encode(), "sha256").hexdigest()


def _embedded(var: Path) -> str:
    cluster = locate(var / "pg")
    return cluster.dsn(ADMIN, "linli") if cluster else f"postgresql://{ADMIN}@/linli?host={var / 'pg-is-not-running'}"
