"""The OpenAPI file: what the framework knows of each operation, and what our gates add to it."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Any

from linli.access.api import AccessRule
from linli.doors.rest.gates import LINK_HEADER
from linli.doors.rest.operations import GATES, dump
from linli.doors.rest.problems import DOCUMENTED, MEDIA
from linli.doors.rest.service import api

PREFIX = "api/v1/"

PROBLEM = {
    "type": "object",
    "description": "RFC 9457.",
    "required": ["type", "title", "status", "detail", "code", "kept", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "Stable; what a program may decide by."},
        "kept": {"type": ["string", "null"], "description": "What was saved in spite of the error."},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}

TOKEN = {"type": "http", "scheme": "bearer", "description": "`linli token create`."}
LINK = {"type": "apiKey", "in": "header", "name": LINK_HEADER, "description": "The secret link of a report."}


@cache
def document() -> bytes:
    """The file, as bytes. The same for everybody."""
    schema: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=PREFIX))
    components = schema["components"]
    components["schemas"]["Problem"] = PROBLEM
    components["securitySchemes"] = {"token": TOKEN, "link": LINK}
    components["responses"] = {
        str(int(status)): {
            "description": words,
            "content": {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, words in DOCUMENTED.items()
    }
    for methods in schema["paths"].values():
        for described in methods.values():
            gate = GATES[described["operationId"]]
            described["responses"] = {str(status): answer for status, answer in described["responses"].items()}
            described["security"] = _security(gate.rule)
            for status in _statuses(gate.rule):
                described["responses"][str(int(status))] = {"$ref": f"#/components/responses/{int(status)}"}
    return dump(schema)


def _security(rule: AccessRule) -> list[dict[str, list[str]]]:
    if rule.kind == "staff":
        return [{"token": []}]
    return [{"token": []}, {"link": []}] if rule.kind == "link" else [{}, {"token": []}]


def _statuses(rule: AccessRule) -> list[HTTPStatus]:
    return [status for status in DOCUMENTED if not (status is HTTPStatus.CONFLICT and rule.kind == "public")]
