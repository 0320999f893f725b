"""The interface, put together."""

from __future__ import annotations

from linli.doors.rest import acts, cases, reference, reports, triage
from linli.doors.rest.operations import service

api = service()
for part in (reports, triage, cases, acts, reference):
    api.add_router("", part.router)
