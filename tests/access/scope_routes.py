"""Every URL of Linli and what it is about. A scoped URL without a row here fails a test, until somebody has decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from linli.access.api import RULE, AccessRule


@dataclass(frozen=True)
class About:
    """What a URL shows or changes.

    of: case, report, matter (either, by number or id), photo, link (a report by its secret), list, nothing; or the name
    of a table under scope, for a URL that shows one of its rows, or `home`.
    posts: the body of a POST; None for a URL that is only read. gets: what every GET asks
    with. slugs: values of its act parameter. reads: whether GET is answered with the thing itself.
    """

    of: str
    posts: Mapping[str, Any] | None = None
    gets: Mapping[str, str] = field(default_factory=dict)
    slugs: tuple[str, ...] = ()
    reads: bool = True


WORKER_ACTS = ("accept", "return", "arrive", "step", "milestone", "result", "extend", "comment", "resume", "nonsense")
HOME_ACTS = {"home_use": {"use": "let"}, "home_check": {"found": "same"}, "home_ask": {}}
PERSON_ACT = About("register_person", posts={}, reads=False)
LIST, MATTER, NOTHING = About("list"), About("matter"), About("nothing")
REST_CASE = About("case", posts={"words": "ok", "reason": "not_our_duty", "unit_id": 1, "passed": True}, reads=False)
REST_REPORT = About("report", posts={"words": "ok", "item_code": "C04", "reason": "x", "agree": True}, reads=False)
DESK_ACT = About("matter", posts={"frame": "page"})

ROUTES: Mapping[str, About] = {
    "create_report": NOTHING,
    "create_photo": NOTHING,
    "get_report": About("report"),
    **dict.fromkeys(
        ("open_report", "merge", "send_report_back", "propose_refusal", "rule_on_refusal"), REST_REPORT
    ),
    "list_cases": LIST,
    "get_case": About("case"),
    "list_inbox": LIST,
    **dict.fromkeys(
        ("dispatch", "transfer_case", "accept", "return_case", "rule_on_return", "arrive_at_case", "step", "milestone",
         "feed_back_case", "self_handle_case", "ask_extension", "rule_on_extension", "suspend", "resume", "verify_case",
         "comment", "reopen", "void"), REST_CASE,
    ),
    "list_items": NOTHING,
    "list_areas": NOTHING,
    "me": NOTHING,
    "resident:report": NOTHING,
    "resident:places": LIST,
    "resident:kinds": NOTHING,
    "resident:plan": NOTHING,
    "resident:plan_points": LIST,
    "resident:photo_in": NOTHING,
    "resident:photo_out": About("free-photo"),
    "resident:follow": About("link"),
    "resident:row": About("link"),
    "resident:photo": About("link-photo"),
    "resident:act": About("link", posts={}, slugs=("add", "withdraw", "rate", "dispute", "nonsense"), reads=False),
    "worker:start": NOTHING,
    "worker:today": LIST,
    "worker:task": About("case"),
    "worker:act": About("case", posts={}, slugs=WORKER_ACTS, reads=False),
    "worker:found": NOTHING,
    "worker:places": LIST,
    "worker:notices": LIST,
    "worker:read": About("nothing", posts={}),
    "worker:photo": About("photo"),
    # Only what is routed to one's own unit: whoever may read the report elsewhere finds no such page here.
    "worker:routed": About("report", reads=False),
    "worker:routed_act": About("report", posts={"words": "ok"}, slugs=("take", "back", "nonsense"), reads=False),
    "worker:outbox": NOTHING,
    "worker:waiting": NOTHING,
    "worker:me": NOTHING,
    "worker:post": NOTHING,
    **dict.fromkeys(("desk:inbox", "desk:views", "desk:filters", "desk:export", "desk:map"), LIST),
    "desk:map_layer": About(
        "list", slugs=("areas", "buildings", "compounds", "facilities", "venues", "duty", "stations", "matters"),
        gets={"bbox": "121,30.5,122.2,31.6", "zoom": "18"},
    ),
    "desk:saved": About("list", posts={"name": "每日一看", "query": "view=overdue"}),
    "desk:saved_change": About("nothing", posts={"do": "start"}),
    "desk:row": MATTER,
    "desk:peek": MATTER,
    "desk:photo": About("photo"),
    "desk:bulk": About("matter", posts={"query": ""}, reads=False),
    "desk:bulk_run": About("matter", posts={"query": ""}, reads=False),
    "desk:bulk_line": About("report", reads=False),
    "desk:items": NOTHING,
    "desk:register": NOTHING,
    **dict.fromkeys(("desk:homes", "desk:home_checks", "desk:facilities", "desk:duplicates"), LIST),
    "desk:homes_by_number": About("nothing", posts={"number": "16000000001"}),
    "desk:facility": About("register_place", posts={"do": "state", "state": "working"}, reads=False),
    "desk:home": About("home"),
    "desk:home_move_in": About("home", posts={"name": "某人"}),
    **{f"desk:{name}": About("home", posts=body, reads=False) for name, body in HOME_ACTS.items()},
    "desk:member": About("register_member", posts={"do": "relation", "relation": "other"}, reads=False),
    "desk:household_out": About("register_household", posts={}, reads=False),
    "desk:person": About("register_person"),
    "desk:duplicate": About("register_person", posts={"do": "apart"}),
    "desk:person_open": About("register_person", posts={"reason": ""}, slugs=("phone", "id", "nonsense"), reads=False),
    **dict.fromkeys(("desk:person_correct", "desk:person_left", "desk:person_needs"), PERSON_ACT),
    "desk:need": About("register_tag", posts={"do": "still"}, reads=False),
    "desk:merge_undo": About("nothing", posts={}, reads=False),
    "desk:canvasses": NOTHING,
    "desk:canvass_new": NOTHING,
    "desk:canvass_compare": NOTHING,
    "desk:canvass": About("register_canvass"),
    "desk:canvass_change": About("register_canvass", posts={}, slugs=("open", "close", "nonsense"), reads=False),
    "desk:canvass_home": About("register_target"),
    "desk:canvass_leave": About("register_target", posts={"words": "ok"}, reads=False),
    "desk:canvass_back": About("register_target", posts={}, reads=False),
    **dict.fromkeys(
        ("desk:sheets", "desk:sheet_template", "desk:sheet_new", "desk:sheets_out", "desk:sheet_out_new"), NOTHING
    ),
    **dict.fromkeys(("desk:sheet", "desk:sheet_progress"), About("doors_sheetbatch")),
    **dict.fromkeys(
        ("desk:sheet_match", "desk:sheet_run", "desk:sheet_undo", "desk:sheet_drop", "desk:sheet_mend"),
        About("doors_sheetbatch", posts={}, reads=False),
    ),
    "desk:sheet_out": About("doors_sheetexport"),
    **dict.fromkeys(
        ("desk:sheet_out_decide", "desk:sheet_out_withdraw", "desk:sheet_out_file"),
        About("doors_sheetexport", posts={"agree": "yes"}, reads=False),
    ),
    **dict.fromkeys(
        ("desk:duty", "desk:duty_chart", "desk:duty_door", "desk:duty_proof", "desk:duty_cards", "desk:duty_poster"),
        NOTHING,
    ),
    **dict.fromkeys(
        ("desk:duty_export", "desk:duty_lay", "desk:duty_charge", "desk:duty_hand_over", "desk:duty_leave",
         "desk:duty_end", "desk:duty_end_all", "desk:duty_back", "desk:duty_chain_new", "desk:duty_chain",
         "desk:duty_level_add", "desk:duty_level", "desk:duty_card_withdraw", "desk:duty_card"),
        About("nothing", posts={"do": "keep"}),
    ),
    "resident:who": NOTHING,
    "desk:charts": LIST,
    **dict.fromkeys(("desk:chart", "desk:chart_cells", "desk:grades_of", "desk:grade_history"), NOTHING),
    "desk:grade_propose": About("nothing", posts={"words": "x"}, reads=False),
    "desk:grade_decide": About("nothing", posts={"reason": "x"}, reads=False),
    "desk:grades": NOTHING,
    "desk:grade_limits": About("nothing", posts={}, reads=False),
    "desk:legends": NOTHING,
    "desk:legend": About("nothing", posts={}),
    "desk:legend_preview": NOTHING,
    "desk:legend_restore": About("nothing", posts={"legend": "1"}, reads=False),
    "desk:legend_retire": About("nothing", posts={"legend": "1"}, reads=False),
    "desk:admit": NOTHING,
    "desk:item": NOTHING,
    "desk:override": NOTHING,
    "desk:notices": LIST,
    "desk:bell": LIST,
    "desk:trails": NOTHING,
    "desk:trail": MATTER,
    "desk:matter": MATTER,
    "desk:consequence": About("matter", reads=False),
    "desk:plan": MATTER,
    "desk:phone": About("matter", posts={"purpose": "contact_reporter", "reason": ""}, reads=False),
    **dict.fromkeys(
        (f"desk:act-{slug}" for slug in (
            "file", "merge", "route", "send-back", "refuse", "review", "dispatch", "accept", "rule", "extension",
            "verify",
            "arrive", "milestone", "feed-back", "step", "self-handle", "resume", "remind", "reopen", "transfer",
            "suspend",
            "more-time", "return", "comment", "void")),
        DESK_ACT,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Route:
    """One URL of the URLconf."""

    name: str
    pattern: str
    parameters: tuple[str, ...]
    rule: AccessRule

    @property
    def is_rest(self) -> bool:
        return self.pattern.startswith("api/")


def routes() -> list[Route]:
    """Every URL with a rule of ours."""
    return [
        Route(name, pattern, parameters, rule)
        for name, pattern, parameters, view in _walk(get_resolver().url_patterns)
        if isinstance(rule := getattr(view, RULE, None), AccessRule)
    ]


def undecided(found: list[Route], known: Mapping[str, About] = ROUTES) -> list[str]:
    """URLs under scope that have no row."""
    return [f"{route.name} {route.pattern}" for route in found if route.rule.kind != "open" and route.name not in known]


def _walk(patterns: list[Any], prefix: str = "", space: str = "") -> Iterator[tuple[str, str, tuple[str, ...], object]]:
    for pattern in patterns:
        where = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, where, f"{pattern.namespace}:" if pattern.namespace else space)
        elif isinstance(pattern, URLPattern):
            names = tuple(pattern.pattern.regex.groupindex) or tuple(pattern.pattern.converters)
            yield f"{space}{pattern.name or ''}", where, names, pattern.callback
