"""Run schemathesis against a live server, with valid and invalid calls derived from the description."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tenants.models import ApiToken, Role, Tenant, User
from tests.api.caller import Api
from tests.builders import finished_job, store_tickets

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Known:
    """Input for schemathesis: a token, and ids that exist."""

    token: str
    cursors: dict[str, list[str]]
    job_id: str


@dataclass(frozen=True)
class Found:
    """The result. `words` is the report."""

    is_clean: bool
    operations: int
    cases: int
    words: str


def prepare(user: User, tenant: Tenant) -> Known:
    """Thirty urgent tickets in lists of several pages, and a finished run."""
    store_tickets(tenant, [{"id": f"T-{n}", "message": "We will file a lawsuit"} for n in range(1, 31)])
    text = ApiToken.issue(name="schemathesis", user=user, tenant=None, role=Role.ADMIN)[1]
    caller = Api(text)
    cursors = {
        path: [caller.get(path, tenant_id=tenant.slug, page_size=size)["next_cursor"] for size in (1, 10)]
        for path in ("/tickets", "/tickets/urgent")
    }
    return Known(token=text, cursors=cursors, job_id=finished_job(tenant))


def run_schemathesis(
    url: str, known: Known, *, seed: int, directory: Path, options: Sequence[Any], seconds: int = 300
) -> Found:
    """Run schemathesis. Raises `subprocess.TimeoutExpired` after the time limit."""
    done = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            "run",
            f"{url}/api/openapi.json",
            "--header",
            f"Authorization: Bearer {known.token}",
            f"--seed={seed}",
            "--generation-database=none",
            *options,
        ],
        cwd=directory,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "SCHEMATHESIS_HOOKS": "tests.api.schemathesis_hooks",
            "API_KNOWN": json.dumps({"cursors": known.cursors, "job_id": known.job_id}),
            "NO_COLOR": "1",
        },
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    operations = re.search(r"Tested: (\d+)", done.stdout)
    cases = re.search(r"(\d+) generated", done.stdout)
    return Found(
        is_clean=done.returncode == 0,
        operations=int(operations[1]) if operations else 0,
        cases=int(cases[1]) if cases else 0,
        words=done.stdout + done.stderr,
    )
