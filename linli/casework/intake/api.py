"""The front door: reports as received."""

from linli.casework.intake.actions import (
    add_to_report,
    advance_report,
    ask_refusal,
    lock_report,
    report_for,
    review_refusal,
    route_report,
    send_back,
    suggest,
    withdraw_report,
)
from linli.casework.intake.links import link_of
from linli.casework.intake.models import Report
from linli.casework.intake.ownership import desk_of
from linli.casework.intake.queries import Near, first_reports, near, own_report, report_by_id, reports, triage_inbox
from linli.casework.intake.receive import Draft, Receipt, receive_report
from linli.casework.intake.rules import EDGES, MAX_PHOTOS, OPEN_STATES, Channel, ReportState, after

__all__ = [
    "EDGES",
    "MAX_PHOTOS",
    "OPEN_STATES",
    "Channel",
    "Draft",
    "Near",
    "Receipt",
    "Report",
    "ReportState",
    "add_to_report",
    "advance_report",
    "after",
    "ask_refusal",
    "desk_of",
    "first_reports",
    "link_of",
    "lock_report",
    "near",
    "own_report",
    "receive_report",
    "report_by_id",
    "report_for",
    "reports",
    "review_refusal",
    "route_report",
    "send_back",
    "suggest",
    "triage_inbox",
    "withdraw_report",
]
