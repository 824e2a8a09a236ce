"""The rejected records of a tenant: why they were rejected, retrying them, discarding them."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from supportsaas import clock
from supportsaas.db.paging import Cursor, CursorError
from supportsaas.formatting import format_number
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role
from tickets import jobs
from tickets.ingestion.worker import count_workers
from tickets.jobs import JobActive, JobRequest
from tickets.store import quarantine
from tickets.store.filters import FilterError, parse_moment
from tickets.store.quarantine import QuarantineFilter
from tickets.views.fragments import is_fragment_request, vary_on_htmx
from tickets.views.ingestion.runs import live_run

logger = logging.getLogger(__name__)

LONGEST_SHOWN = 20_000
_LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class RejectedRecord:
    """A rejected record, ready to show. `payload` is formatted, and only its beginning if `is_shortened`."""

    key: str
    external_id: str
    field: str
    reason: str
    place: str
    payload: str
    is_shortened: bool
    is_cut: bool
    first_seen_at: datetime
    last_seen_at: datetime
    times_seen: int


@require_GET
@tenant_required()
def show_quarantine(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """The list; for HTMX, while the job that the page shows (`job`) is running, only its progress."""
    tenant = access.tenant
    job = jobs.find_active(tenant)
    live = live_run(job, now=clock.now()) if job else None
    if is_fragment_request(request) and live and live.job_id == request.GET.get("job"):
        context = {"live": live, "workers": count_workers(), "query": _query(_wanted(request))}
        return vary_on_htmx(render(request, "tickets/_retry_progress.html", context))
    context = {**_list_context(request, access), "live": live, "workers": count_workers() if live else 0}
    if is_fragment_request(request):
        response = render(request, "tickets/_quarantine.html", context)
        response["HX-Retarget"] = "#quarantine"
        return vary_on_htmx(response)
    return vary_on_htmx(render(request, "tickets/quarantine.html", context))


@require_POST
@tenant_required(Role.MANAGER)
def retry_rejected(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """Queue a run that retries the record, or all records if none is named."""
    key = request.POST.get("record", "")
    keys = (key,) if key else ()
    if not quarantine.count_whole(access.tenant, keys):
        messages.warning(request, _why_not_retried(access, key))
        return _back(request, access)
    wish = JobRequest(kind="retry", trigger="web", started_by=request.user.get_username(), records=keys)
    try:
        jobs.enqueue(access.tenant, wish)
    except JobActive:
        messages.warning(request, "A run is in progress, so nothing was started. Try again when it has ended.")
    return _back(request, access)


@require_POST
@tenant_required(Role.MANAGER)
def drop_rejected(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """Discard the record, or with `all` every record of the list that had been rejected when it was shown (`until`)."""
    tenant = access.tenant
    if key := request.POST.get("record", ""):
        count = quarantine.drop_records(tenant, [key])
    elif "all" in request.POST:
        try:
            until = parse_moment("until", request.POST.get("until", ""), zone=ZoneInfo("UTC"))
        except FilterError:
            messages.error(request, "The request did not say up to which time. Nothing was discarded.")
            return _back(request, access)
        count = quarantine.drop_matching(tenant, _filter(request.POST), until=until)
    else:
        messages.error(request, "The request did not say which records. Nothing was discarded.")
        return _back(request, access)
    if count:
        logger.info("%s discarded %d rejected records of %s", request.user.get_username(), count, tenant.slug)
        messages.success(request, f"{format_number(count)} {'record was' if count == 1 else 'records were'} discarded.")
    else:
        messages.warning(request, "Those records had already left this list.")
    return _back(request, access)


def _why_not_retried(access: TenantAccess, key: str) -> str:
    if not key:
        return "There is no record that can be retried."
    if quarantine.find_record(access.tenant, key) is None:
        return "That record had already left this list."
    return "That record was too large to keep in full, so it cannot be retried."


def _list_context(request: TenantRequest, access: TenantAccess) -> dict[str, Any]:
    tenant, wanted = access.tenant, _wanted(request)
    until = clock.now()
    page = quarantine.find_page(tenant, wanted, cursor=_cursor(request))
    total = page.total if wanted == quarantine.EVERYTHING else quarantine.count_records(tenant)
    reasons = quarantine.count_reasons(tenant) if total else []
    return {
        "records": [_shown(record) for record in page.records],
        "matching": page.total,
        "total": total,
        "whole": quarantine.count_whole(tenant) if total else 0,
        "reasons": [
            {"count": each.count, "wanted": (its := QuarantineFilter(each.field, each.reason)), "query": _query(its)}
            for each in reasons
        ],
        "counts_all_reasons": sum(each.count for each in reasons) == total,
        "wanted": wanted,
        "is_filtered": wanted != quarantine.EVERYTHING,
        "query": _query(wanted),
        "next_query": _query(wanted, page.next_cursor) if page.next_cursor else "",
        "previous_query": _query(wanted, page.previous_cursor) if page.previous_cursor else "",
        "until": clock.iso_z(until),
    }


def _shown(record: Mapping[str, Any]) -> RejectedRecord:
    payload = _format_json(record["payload"])
    return RejectedRecord(
        key=record["_id"],
        external_id=record["external_id"] or "",
        field=record["field"],
        reason=record["reason"],
        place=record.get("place", ""),
        payload=payload[:LONGEST_SHOWN],
        is_shortened=len(payload) > LONGEST_SHOWN,
        is_cut=record.get("is_cut", False),
        first_seen_at=record["first_seen_at"],
        last_seen_at=record["last_seen_at"],
        times_seen=record["times_seen"],
    )


def _format_json(payload: str) -> str:
    """The JSON with one field per line and no escaped letters; unchanged if it was cut off."""
    try:
        text = json.dumps(json.loads(payload), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return payload
    return text.encode("utf-8", "replace").decode()  # JSON may hold half of a surrogate pair, a page may not


def _wanted(request: HttpRequest) -> QuarantineFilter:
    return _filter(request.GET)


def _filter(parameters: Any) -> QuarantineFilter:
    field, reason = (parameters.get(name, "").replace("\0", "")[:_LONGEST_VALUE] for name in ("field", "reason"))
    return QuarantineFilter(field, reason)


def _cursor(request: HttpRequest) -> Cursor | None:
    """Where the page begins; an invalid cursor leads to the first page."""
    try:
        return Cursor.decode(text) if (text := request.GET.get("cursor", "")) else None
    except CursorError:
        return None


def _query(wanted: QuarantineFilter, cursor: str = "") -> str:
    values = {"field": wanted.field, "reason": wanted.reason, "cursor": cursor}
    return urlencode({name: value for name, value in values.items() if value})


def _back(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """Back to the filtered list, or to the whole list if nothing of it is left."""
    response = redirect("quarantine", access.tenant.slug)
    query = _query(_filter(request.POST))
    if query and quarantine.count_records(access.tenant, _filter(request.POST)):
        response["Location"] += f"?{query}"
    return response
