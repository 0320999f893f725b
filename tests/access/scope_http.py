"""Random probes over HTTP: take a URL, a person, a thing that lies near or far; compare the answer with the oracle."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import house_db as house
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from scope_oracle import MARK, NUMBER, RELATIONS, Me, Row, World, relation, traces, visible
from scope_people import Identity
from scope_routes import ROUTES, About, Route, routes
from scope_stage import Stage

from linli.access.api import PERMISSIONS
from linli.accounts.api import Role, User

PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
KEYS = {
    "filter_id": "accounts_savedfilter", "place_id": "register_place", "charge_id": "register_charge",
    "leave_id": "register_leave", "card_id": "register_card", "grading_id": "register_grading",
}  # fmt: skip
"""A parameter of an address and the table it is a key of."""
REFUSED = {403, 404, 405}
SIGN_IN = "/accounts/login/"


@dataclass
class Answers:
    """What a campaign over HTTP found. faults: answers of 500 and above."""

    probes: int = 0
    leaks: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    relations: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    routes: Counter[str] = field(default_factory=Counter)
    shown: int = 0


@dataclass(frozen=True)
class Probe:
    """One request that is to be made."""

    route: Route
    about: About
    who: Identity
    row: Row | None
    method: str


class HttpProber:
    """Holds a browser for each person; `writes` also tries to change things."""

    def __init__(self, stage: Stage, *, writes: bool = True) -> None:
        self.stage = stage
        self.writes = writes
        self.found = Answers()
        self.routes = [route for route in routes() if route.rule.kind != "open" and route.name in ROUTES]
        self.clients: dict[str, Client] = {}
        self.roles = {post.username: post.role for post in _posts()}
        self.staff = [who for who in stage.people if who.how == "staff" and who.me.name in self.roles]
        self.links = [who for who in stage.people if who.me.kind == "link"]
        self.nobody = stage.person("unset")
        self._look()

    def _look(self) -> None:
        with house.admin(self.stage.database) as owner:
            self.world = World.read(owner)
        self.traces = traces(self.world)
        self.near: dict[tuple[str, str], dict[str, list[Row]]] = {}

    def run(self, count: int, rng: random.Random) -> None:
        for number in range(count):
            route = self.routes[number % len(self.routes)] if number < len(self.routes) * 2 else rng.choice(self.routes)
            self.ask(self._choose(route, rng), rng)

    def _choose(self, route: Route, rng: random.Random) -> Probe:
        about = ROUTES[route.name]
        by_link = route.rule.kind == "link" and (not route.is_rest or rng.random() < 0.5)
        may = [who for who in self.staff if self.may(who, route)]
        who = rng.choice(self.links) if by_link else rng.choice(may if may and rng.random() < 0.75 else self.staff)
        if not by_link and rng.random() < 0.05:
            who = self.nobody
        posts = about.posts is not None and (not about.reads or rng.random() < 0.5)
        row = self._thing(about, who, rng)
        return Probe(route, about, who, row, "POST" if posts and self.writes else "GET")

    def may(self, who: Identity, route: Route) -> bool:
        """Whether the person's role may use this URL at all."""
        if route.rule.act is None or who.me.kind == "nobody":
            return route.rule.kind == "public"
        return Role(self.roles[who.me.name]) in PERMISSIONS.get(route.rule.act, frozenset())

    def _thing(self, about: About, who: Identity, rng: random.Random) -> Row | None:
        table = {
            "case": "casework_case", "report": "casework_report", "matter": "casework_report",
            "photo": "files_photo", "free-photo": "files_photo",
            "link": "casework_report", "link-photo": "files_photo", "list": "casework_report",
            "home": "register_place",
        }.get(about.of, about.of if about.of in self.world.rows else None)  # fmt: skip
        if table is None:
            return None
        sorts = self._sorted(who, table, about.of)
        how = rng.choice(sorted(sorts))
        self.found.relations[how] += 1
        return rng.choice(sorts[how])

    def _sorted(self, who: Identity, table: str, of: str) -> dict[str, list[Row]]:
        key = (who.me.name, of)
        if key not in self.near:
            sorts: dict[str, list[Row]] = {}
            for row in self.world.rows[table].values():
                if of == "home" and row["kind"] != "home":
                    continue
                sorts.setdefault(self._how(who.me, table, row), []).append(row)
            self.near[key] = sorts
        return self.near[key]

    def _how(self, me: Me, table: str, row: Row) -> str:
        if me.path:
            return relation(self.world, me, row) or "unattached"
        return "own" if visible(self.world, me, table, row) else "foreign"

    def ask(self, probe: Probe, rng: random.Random) -> None:
        url = self._url(probe, rng)
        if url is None:
            return
        client, headers = self._browser(probe)
        data = self._body(probe)
        if probe.method == "POST" and probe.route.is_rest:
            given: dict[str, Any] = {"data": json.dumps(data), "content_type": "application/json"}
        else:
            given = {"data": data}
        answer = getattr(client, probe.method.lower())(url, headers=headers, **given)
        self.found.probes += 1
        self.found.statuses[answer.status_code] += 1
        self.found.routes[probe.route.name] += 1
        self._judge(probe, url, answer)
        if probe.method == "POST" and answer.status_code < 400:
            self._look()

    def _url(self, probe: Probe, rng: random.Random) -> str | None:
        row, values = probe.row, {}
        for name in probe.route.parameters:
            values[name] = self._value(name, probe, row, rng)
        if probe.route.name.startswith(("desk:act", "desk:")) or ":" in probe.route.name:
            return reverse(probe.route.name, kwargs=values)
        path = "/" + probe.route.pattern
        for name, value in values.items():
            path = re.sub(rf"<(?:\w+:)?{name}>", str(value), path)
        return path

    def _value(self, name: str, probe: Probe, row: Row | None, rng: random.Random) -> Any:
        fixed = {
            "size": "thumb", "code": "C04", "area_id": next(iter(self.world.paths)), "chain_id": 1, "level_id": 2,
            "verdict_id": 0, "layer": "matters",
        }  # fmt: skip
        if name in KEYS and (row is None or probe.about.of not in self.world.rows):
            return rng.choice(sorted(self.world.rows[KEYS[name]]))
        if name == "layer" and probe.about.slugs:
            return rng.choice(probe.about.slugs)
        if name in fixed:
            return fixed[name]
        if name in ("act", "slug", "field"):
            return rng.choice(probe.about.slugs)
        if name == "secret":
            return probe.who.token if probe.who.how == "link" else "A" * 24
        assert row is not None, probe
        if name in ("number", "subject"):
            return row["number"]
        return row.get(name, row["id"])

    def _browser(self, probe: Probe) -> tuple[Client, dict[str, str]]:
        name = probe.who.me.name
        if probe.route.is_rest:
            client = Client(raise_request_exception=False)
            if probe.who.how == "link":
                return client, {"X-Report-Link": probe.who.token}
            return client, {"Authorization": f"Bearer {probe.who.token}"} if probe.who.token else {}
        if name not in self.clients:
            client = self.clients[name] = Client(raise_request_exception=False)
            if name in self.roles:
                client.force_login(User.objects.get(username=name))
                session = client.session
                session["linli.token"] = probe.who.token
                session.save()
        return self.clients[name], {"HX-Request": "true"} if probe.route.name in ("desk:row", "desk:peek") else {}

    def _body(self, probe: Probe) -> Mapping[str, Any]:
        if probe.method == "GET":
            of_a_thing = probe.about.of == "list" and probe.row is not None
            return {**probe.about.gets, **({"q": probe.row["number"]} if of_a_thing and self.found.probes % 2 else {})}
        extra = {"pick": [str(probe.row["id"])]} if probe.route.name.startswith("desk:bulk") and probe.row else {}
        return {**(probe.about.posts or {}), **extra}

    def _judge(self, probe: Probe, url: str, answer: HttpResponseBase) -> None:
        what = f"{probe.who.me.name} {probe.method} {url} → {answer.status_code}"
        if answer.status_code >= 500:
            self.found.faults.append(what)
        kind = answer.headers.get("Content-Type", "")
        raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
        body = "" if kind.startswith("image/") else raw.decode(errors="replace")
        self._search(probe, what, body)
        if probe.row is not None and probe.about.of not in ("list", "link"):
            self._compare(probe, what, answer, body)

    def _search(self, probe: Probe, what: str, body: str) -> None:
        """Whose words and numbers stand in the answer?"""
        asked = {str(probe.row.get("number"))} if probe.row else set()
        for trace in {*MARK.findall(body), *NUMBER.findall(body)} - asked:
            rows = self.traces.get(trace, [])
            self.found.shown += 1
            if rows and not any(visible(self.world, probe.who.me, table, row) for table, row in rows):
                self.found.leaks.append(f"{what} shows {trace}")
        for phone in set(PHONE.findall(body)) & self.stage.phones:
            self.found.leaks.append(f"{what} shows a phone number {phone}")

    def _compare(self, probe: Probe, what: str, answer: HttpResponseBase, body: str) -> None:
        """Was the thing itself given, and should it have been?"""
        sees = self._sees(probe)
        login = SIGN_IN in answer.headers.get("Location", "")
        given = answer.status_code < 300 or (answer.status_code < 400 and not login)
        if probe.route.name.startswith("desk:bulk"):  # answers with what is left of the choice
            given = str(probe.row["number"]) in body if probe.row else False
        if given and not sees:
            self.found.leaks.append(f"{what}, though it must not be seen")
        may = probe.route.rule.kind == "link" or self.may(probe.who, probe.route)
        if sees and may and answer.status_code in (302, 404) and self._owes(probe, answer, login):
            self.found.hidden.append(what)

    def _owes(self, probe: Probe, answer: HttpResponseBase, login: bool) -> bool:
        """Whether this answer hides a thing that must be shown."""
        if probe.route.name.startswith(("desk:bulk", "worker:routed")) or probe.about.slugs:  # theirs alone
            return False
        return login or answer.status_code == 404

    def _sees(self, probe: Probe) -> bool:
        me, row = probe.who.me, probe.row
        assert row is not None
        if probe.about.of in ("photo", "link-photo"):
            return visible(self.world, me, "files_photo", row)
        if probe.about.of == "home":
            return visible(self.world, me, "register_place", row)
        if probe.about.of in self.world.rows:
            return visible(self.world, me, probe.about.of, row)
        if probe.about.of == "free-photo":
            return row["area_id"] is None and row["link_key"] is None
        report = self.world.rows["casework_report"].get(row["id"])
        case = self.world.rows["casework_case"].get(row["id"])
        wanted = {"case": [("casework_case", case)], "report": [("casework_report", report)]}.get(
            probe.about.of, [("casework_report", report), ("casework_case", case)]
        )
        return any(visible(self.world, me, table, one) for table, one in wanted if one is not None)


@dataclass(frozen=True)
class Holder:
    username: str
    role: str


def _posts() -> list[Holder]:
    users = User.objects.using("owner").filter(posts__isnull=False).exclude(username="linli")
    return [Holder(user.username, user.posts.using("owner").order_by("id")[0].role) for user in users]


__all__ = ["RELATIONS", "Answers", "HttpProber", "Probe"]
