"""Hints for schemathesis that OpenAPI cannot express. Loaded by its process (SCHEMATHESIS_HOOKS)."""

import json
import os
import uuid
from datetime import UTC, datetime
from typing import Any

import schemathesis
from hypothesis import strategies

KNOWN = json.loads(os.environ["API_KNOWN"])
TEN_YEARS_AGO = str(datetime.now(UTC).year - 9)
DASHBOARD_TAKES_ONE = {"source", "connection", "team", "priority"}
PERIODS = [(f"{name}_from", f"{name}_to") for name in ("created", "stopped", "resolved", "reopened")]
PERIODS.append(("from_date", "to_date"))
CURSORS: dict[str, list[str]] = KNOWN["cursors"]
"""By the path of the list."""

schemathesis.openapi.format("cursor", strategies.sampled_from([each for some in CURSORS.values() for each in some]))


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Every second job id is an existing one."""
    wanted = (path_parameters or {}).get("job_id")
    if path_parameters and isinstance(wanted, str) and _is_uuid(wanted) and int(wanted[-1], 16) % 2:
        return {**path_parameters, "job_id": KNOWN["job_id"]}
    return path_parameters


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    """Removes contradictory parameters: an end before the start, a period of over
    ten years until now, a named period beside dates, a dashboard or work of both a source and a team, or a cursor of another list."""
    query = case.query or {}
    if "1900" <= str(query.get("from_date", "")) < TEN_YEARS_AGO:
        return False
    if "period" in query and {"created_from", "created_to"} & set(query):
        return False
    for first, last in PERIODS:
        if first in query and last in query:
            return False
    if case.operation.path.endswith(("/dashboard", "/work")) and len(DASHBOARD_TAKES_ONE & set(query)) > 1:
        return False
    cursor = query.get("cursor")
    if not any(cursor in some for some in CURSORS.values()):
        return True
    return cursor in CURSORS[case.operation.path] and not set(query) - {"tenant_id", "page", "page_size", "cursor"}


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
