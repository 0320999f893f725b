"""Which campaigns there are, and how each is told to run at full size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Campaign:
    """Tests that know from the environment that they are to run long. `goal`: in words, for the reader of a run."""

    name: str
    goal: str
    tests: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)


CAMPAIGNS = (
    Campaign("sql", "20,000 random probes of row scope in SQL", ("tests/access/test_access_sql.py",)),
    Campaign("http", "5,000 random probes of row scope over HTTP", ("tests/access/test_access_http.py",)),
    Campaign("kills", "100 kill -9 of web and worker under load", ("tests/durability",)),
    Campaign(
        "seals",
        "10,000 tamperings with the trail, 10,000 with its export",
        (
            "tests/audit/test_audit_seals_tampering.py",
            "tests/audit/test_audit_seals_worker.py",
        ),
    ),
    Campaign("casework", "the state machine: 200 examples of 50 steps", ("tests/casework",)),
    Campaign("rest", "2,000 generated requests against the OpenAPI file", ("tests/doors/test_rest_fuzz.py",)),
    Campaign("reveals", "500 kill -9 between the ticket and the value", ("tests/access/test_access_reveals.py",)),
    Campaign("purge", "10,000 shredded values in files, WAL, backup and dump", ("tests/access/test_access_purge.py",)),
    Campaign("photos", "5,000 broken photos", ("tests/files/test_files_fuzz.py",), {"LINLI_FUZZ_FILES": "5000"}),
    Campaign("figures", "2,000 published tables under attack", ("tests/kernel/test_disclosure_attack.py",)),
    Campaign(
        "sheets", "a town of 100,000 homes and 270,000 people imported and undone", ("tests/doors/test_sheets_soak.py",)
    ),
)

NAMES = tuple(campaign.name for campaign in CAMPAIGNS)
