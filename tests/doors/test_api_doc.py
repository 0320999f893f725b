"""`docs/api.md` and the OpenAPI file say the same, and whatever the page shows works as it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import cast
import jsonschema_rs
import orjson
import pytest
from doors.ways import Call, case_in, everything, filed

from linli.access.api import as_system
from linli.accounts.models import Unit
from linli.casework.intake.api import route_report
from linli.doors.rest.openapi import document

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
FILE: dict[str, Any] = orjson.loads(document())
ROW = re.compile(r"^\| `(GET|POST) (/\S*)` \| ([^|]+) \| (?:`(.*)`)? ?\|$", re.MULTILINE)


@dataclass(frozen=True)
class Row:
    """A line of the page's tables. body: JSON as it stands there, or nothing."""

    method: str
    path: str
    what: str
    body: str | None

    @property
    def described(self) -> dict[str, Any]:
        operation: dict[str, Any] = FILE["paths"][f"/api/v1{self.path}"][self.method.lower()]
        return operation

    @property
    def act(self) -> str:
        return self.path.rpartition("/")[2]


ROWS = [Row(method, path, what.strip(), body or None) for method, path, what, body in ROW.findall(PAGE)]
BODIES = [row for row in ROWS if row.body is not None]
by_path = pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
with_body = pytest.mark.parametrize("row", BODIES, ids=lambda row: row.path)


def in_file() -> list[tuple[str, str]]:
    return [
        (method.upper(), path.removeprefix("/api/v1")) for path, methods in FILE["paths"].items() for method in methods
    ]


def test_every_operation_is_on_the_page_and_the_page_names_no_other() -> None:
    told = [(row.method, row.path) for row in ROWS]
    assert sorted(told) == sorted(in_file())
    assert len(told) == len(set(told)) == 32


def test_a_line_that_is_missing_or_too_much_is_found() -> None:
    """The control of the test above: the page is read line by line, and each line counts."""
    shorter = PAGE.replace("| `GET /me` |", "| GET /me |")
    assert len(ROW.findall(shorter)) == len(ROWS) - 1


@by_path
def test_each_line_says_what_the_operation_is_for(row: Row) -> None:
    assert len(row.what) > 8
    wants_json = "application/json" in row.described.get("requestBody", {}).get("content", {})
    assert (row.body is not None) is wants_json


def validator(schema: Mapping[str, Any]) -> Any:
    """A validator of OpenAPI 3.1, which is JSON Schema 2020-12, with the file's components."""
    return jsonschema_rs.Draft202012Validator({**schema, "components": FILE["components"]})


def body_schema(row: Row) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = row.described["requestBody"]["content"]["application/json"]["schema"]
    return schema


@with_body
def test_each_body_on_the_page_is_what_the_schema_asks_for(row: Row) -> None:
    asked = validator(body_schema(row))
    body = orjson.loads(row.body or "")
    assert [fault.message for fault in asked.iter_errors(body)] == []
    assert not asked.is_valid(body | {"misspelt": 1})
    assert not asked.is_valid([body])


HTTP = re.compile(
    r"```http\n(\w+) (\S+)\n((?:[\w-]+: [^\n]*\n)*)(?:\n([^\n]*)\n)?```(?:\n\n[^\n`]*```json\n([^`]*)```)?", re.DOTALL
)


@dataclass(frozen=True)
class Shown:
    """A request as the page shows it, and the answer that stands below it, if any."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    answer: dict[str, Any] | None


def shown() -> list[Shown]:
    found = []
    for method, path, lines, body, answer in HTTP.findall(PAGE):
        headers = dict(line.split(": ", 1) for line in lines.splitlines())
        found.append(Shown(method, path, headers, body.encode(), orjson.loads(answer) if answer else None))
    return found


def test_the_requests_of_the_page_work_as_they_stand(anyone: Any, committed: None) -> None:
    requests = shown()
    assert len(requests) == PAGE.count("```http") == 3
    receipt: dict[str, Any] = {}
    for one in requests:
        filled = {name: value.format(**receipt) if "{" in value else value for name, value in one.headers.items()}
        path = one.path.format(report_id=receipt.get("id", ""))
        kind = filled.pop("Content-Type", "application/json")
        answer = anyone.client.generic(one.method, path, one.body, kind if one.body else "", headers=filled)
        got = answer.json()
        if one.answer is None:
            assert (answer.status_code, got["id"]) == (200, receipt["id"])
        elif one.answer.get("status"):
            assert got == one.answer
            assert answer.status_code == one.answer["status"]
        else:
            assert answer.status_code == 201
            assert got.keys() == one.answer.keys()
            assert got["promise"].keys() == one.answer["promise"].keys()
            receipt = got
        schema = one.path.replace(str(receipt.get("id")), "{report_id}")
        fits(schema, one.method, answer)
    assert receipt["number"]


def fits(path: str, method: str, answer: Any) -> None:
    """The answer's status is in the file, and its body is as the file says."""
    said = FILE["paths"][path][method.lower()]["responses"][str(answer.status_code)]
    if "$ref" in said:
        said = FILE["components"]["responses"][said["$ref"].rpartition("/")[2]]
    media = answer["Content-Type"].partition(";")[0]
    faults = validator(said["content"][media]["schema"]).iter_errors(orjson.loads(answer.content))
    assert [f"{list(fault.instance_path)}: {fault.message}" for fault in faults] == []


def test_an_answer_that_does_not_fit_is_found(anyone: Any) -> None:
    answer = anyone.get("/items")
    fits("/api/v1/items", "GET", answer)
    answer.content = answer.content.replace(b'"photo_before":', b'"photo_befor":')
    with pytest.raises(AssertionError):
        fits("/api/v1/items", "GET", answer)


@pytest.mark.parametrize("receipt", [one.answer for one in shown() if one.answer], ids=["receipt", "problem"])
def test_the_answers_of_the_page_are_as_the_file_says(receipt: dict[str, Any]) -> None:
    name = "Problem" if "status" in receipt else "Received"
    asked = validator({"$ref": f"#/components/schemas/{name}"})
    assert asked.is_valid(receipt)
    for field in receipt:
        assert asked.is_valid({key: value for key, value in receipt.items() if key != field}) is False


STATES: Mapping[str, tuple[str, str]] = {
    "dispatch": ("filed", "worker"),
    "transfer": ("dispatched", "worker"),
    "accept": ("dispatched", "head"),
    "return": ("dispatched", "worker"),
    "rule_return": ("return_asked", "dispatcher"),
    "arrive": ("handling", "head"),
    "step": ("handling", "head"),
    "feed_back": ("handling", "head"),
    "extension": ("handling", "head"),
    "suspend": ("handling", "worker"),
    "resume": ("suspended", "worker"),
    "verify": ("fed_back", "worker"),
    "comment": ("handling", "worker"),
    "reopen": ("closed", "dispatcher"),
    "void": ("filed", "head"),
}
"""Act of a case → the state it is done in, and one who may."""


def of_a_case(anyone: Any, caller: Call, row: Row) -> tuple[Any, str]:
    """Who sends the body, and the number of a case in the state for it."""
    if row.act in STATES:
        state, who = STATES[row.act]
        return caller(who), case_in(anyone, caller, state)["number"]
    if row.act == "self_handle":
        items = anyone.get("/items").json()
        free = next(
            one["code"] for one in items if one["cls"] != "S" and not (one["photo_before"] or one["photo_after"])
        )
        return caller("worker"), filed(anyone, caller, item=free)["number"]
    if row.act == "rule_extension":
        number = case_in(anyone, caller, "handling")["number"]
        assert caller("head").act(number, "extension", amount="2", unit="d", words="等").status_code == 200
        return caller("worker"), number
    number = filed(anyone, caller, item="C06")["number"]
    assert caller("worker").act(number, "dispatch").status_code == 200
    assert caller("responder_urban").post(f"/cases/{number}/acts/accept").status_code == 200
    return caller("responder_urban"), number


def of_a_report(anyone: Any, caller: Call, row: Row) -> tuple[Any, str]:
    got = anyone.post("/reports", {"words": "路灯不亮", "area_code": cast.HOME_AREA}).json()
    if row.act == "review_refusal":
        assert caller("worker").post(f"/reports/{got['id']}/acts/ask_refusal", {"words": "不属实"}).status_code == 200
        return caller("dispatcher"), got["id"]
    if row.act == "send_back":
        with as_system() as system:
            unit = Unit.objects.get(code="cast.urban")
            route_report(actor=system, report_id=UUID(got["id"]), topic="T02", unit=unit)
        return caller("responder_urban"), got["id"]
    return caller("worker"), got["id"]


@pytest.mark.parametrize("row", [row for row in ROWS if "/acts/" in row.path], ids=lambda row: row.path)
def test_each_act_of_the_page_works_as_it_stands(anyone: Any, caller: Call, row: Row) -> None:
    of: Callable[[Any, Call, Row], tuple[Any, str]] = of_a_case if "{case}" in row.path else of_a_report
    who, key = of(anyone, caller, row)
    body = row.body
    if row.act == "transfer":  # the only values that each installation has of its own
        body = (body or "").replace("7", str(Unit.objects.using("owner").get(code="cast.property").id))
    if row.act == "merge":
        body = orjson.dumps({"into": filed(anyone, caller)["id"]}).decode()
    path = row.path.replace("{case}", key).replace("{report_id}", key)
    answer = who.post(path, None if body is None else body.encode())
    assert answer.status_code == 200, answer.content
    fits(f"/api/v1{row.path}", row.method, answer)


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "GET"], ids=lambda row: row.path)
def test_each_list_and_detail_is_as_the_file_says(anyone: Any, caller: Call, row: Row) -> None:
    got = case_in(anyone, caller, "verified")
    waiting = anyone.post("/reports", {"words": "路灯不亮", "area_code": cast.HOME_AREA}).json()
    path = row.path.replace("{case}", got["number"]).replace("{report_id}", waiting["id"])
    answer = caller("dispatcher").get(path)
    assert answer.status_code == 200
    fits(f"/api/v1{row.path}", "GET", answer)
    assert everything(caller, got["id"])["number"] == got["number"]


def test_each_problem_of_the_interface_is_as_the_file_says(anyone: Any, caller: Call) -> None:
    fits("/api/v1/me", "GET", anyone.get("/me"))
    fits("/api/v1/cases/{case}", "GET", caller("worker").get("/cases/x"))
    fits("/api/v1/inbox", "GET", caller("auditor").get("/inbox"))
    fits("/api/v1/reports", "POST", anyone.post("/reports", b"{"))
    fits("/api/v1/reports", "POST", anyone.post("/reports", {}))
    fits("/api/v1/reports", "POST", anyone.post("/reports", b"<a/>", content_type="text/xml"))
    fits("/api/v1/reports", "POST", anyone.client.put("/api/v1/reports"))


def test_the_example_of_the_file_itself_is_valid_and_is_taken(anyone: Any) -> None:
    media = FILE["paths"]["/api/v1/reports"]["post"]["requestBody"]["content"]["application/json"]
    assert validator(media["schema"]).is_valid(media["example"])
    answer = anyone.post("/reports", media["example"])
    assert answer.status_code == 201
    fits("/api/v1/reports", "POST", answer)


def test_what_the_page_says_about_lists_is_so(anyone: Any) -> None:
    parameters = {one["name"]: one["schema"] for one in FILE["paths"]["/api/v1/cases"]["get"]["parameters"]}
    assert (parameters["limit"]["minimum"], parameters["limit"]["maximum"], parameters["limit"]["default"]) == (
        1,
        200,
        50,
    )
    line = next(row for row in ROWS if row.path == "/cases")
    assert set(re.findall(r"`(\w+)`", line.what)) == set(parameters) - {"limit", "cursor"}


def test_what_the_page_says_about_methods_is_so(anyone: Any) -> None:
    for method, path in in_file():
        allow = anyone.client.options(f"/api/v1{path.replace('{report_id}', str(UUID(int=0)))}")["Allow"]
        assert method in allow
        assert ("HEAD" in allow) is (method == "GET")
