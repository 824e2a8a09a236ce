"""A tenant's ingestion: sync status, starting and cancelling runs, live progress, recent runs, rejected records."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from supportsaas import clock
from supportsaas.reliability.lock import Lock
from supportsaas.reliability.rate_limiter import RateLimiter
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role, Tenant
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.ingestion.name_spaces import find_sources
from tickets.ingestion.worker import count_workers
from tickets.jobs import JobActive, JobRequest
from tickets.status_mapping.words import unmapped_sentence
from tickets.store import quarantine
from tickets.store.ticket_store import TicketStore
from tickets.views.fragments import is_fragment_request, vary_on_htmx
from tickets.views.ingestion.runs import PastRun, live_run, past_run
from tickets.views.ingestion.shown_connection import host_of, show_all

PAST_RUNS = 25


@require_GET
@tenant_required()
def show_ingestion(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    return render(request, "tickets/ingestion.html", _whole_context(access))


@require_GET
@tenant_required()
def show_status(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """The progress of the job that the page shows (`job`); the page requests it every two seconds.

    If that job has ended, or another has started, the answer holds everything that depends on it. Opened directly,
    the address redirects to the page.
    """
    if not is_fragment_request(request):
        return vary_on_htmx(redirect("ingestion", access.tenant.slug))
    job = jobs.find_active(access.tenant)
    if job is not None and job["_id"] == request.GET.get("job") and job["cancel_requested_at"] is None:
        live = live_run(job, now=clock.now())
        sources = find_sources(access.tenant)
        context = {
            "connections": sources if len(sources) > 1 else (),
            "live": live,
            "workers": count_workers(),
            "speaks": live.announcement != request.GET.get("said"),
            **_source_context(sources),
        }
        return vary_on_htmx(render(request, "tickets/_progress_refresh.html", context))
    response = render(request, "tickets/_ended_refresh.html", _whole_context(access))
    response["HX-Retarget"] = "#state"
    response["HX-Reswap"] = "outerHTML"
    if not find_sources(access.tenant):
        response["HX-Refresh"] = "true"  # without a helpdesk, the state is part of the page only during an import
    return vary_on_htmx(response)


@require_POST
@tenant_required(Role.MANAGER)
def run_ingestion(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """Queue a run; only admins may confirm deletions."""
    confirms = "confirm_deletions" in request.POST
    if confirms and not access.can_administer:
        raise PermissionDenied("Only admins can confirm deletions.")
    enabled = [each for each in find_sources(access.tenant) if each.enabled]
    if wanted := request.POST.get("connection", ""):
        chosen = access.find_or_404(Source, wanted)
        enabled = [each for each in enabled if each.pk == chosen.pk]
    if not enabled:
        messages.error(request, "No helpdesk connection is turned on, so nothing was started.")
        return redirect("ingestion", access.tenant.slug)
    if confirms and len(enabled) > 1:
        messages.error(request, "Confirm the deletion for one connection at a time. Nothing was started.")
        return redirect("ingestion", access.tenant.slug)
    wish = JobRequest(
        trigger="web",
        started_by=request.user.get_username(),
        full="full" in request.POST,
        confirm_deletions=confirms,
        connections=[each.key for each in enabled] if wanted else (),
    )
    try:
        jobs.enqueue(access.tenant, wish)
    except JobActive:
        messages.warning(request, "A run is already in progress, see below. No second one was started.")
    return redirect("ingestion", access.tenant.slug)


@require_POST
@tenant_required(Role.MANAGER)
def cancel_ingestion(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """Ask the job to stop; what it has stored is kept."""
    job_id = request.POST.get("job", "")
    if jobs.request_cancel(access.tenant, job_id, by=request.user.get_username()):
        messages.success(request, "Stopping. Tickets imported so far are kept.")
    else:
        messages.warning(request, "That run had already ended. Nothing was cancelled.")
    return redirect("ingestion", access.tenant.slug)


def _source_context(sources: Sequence[Source]) -> dict[str, Any]:
    """What the facts below the progress need: the lock, and of the helpdesks' hosts the one that is closest to its limit."""
    shown = next((each for each in sources if each.enabled), None) or next(iter(sources), None)
    if shown is None:
        return {"source": None, "host": "", "lock": None, "limiter": None}
    hosts = dict.fromkeys(urlsplit(each.url).netloc for each in sources if each.enabled or each is shown)
    return {
        "source": shown,
        "host": host_of(shown),
        "lock": Lock(shown.tenant.slug).state(),
        "limiter": min((RateLimiter(host).state() for host in hosts), key=lambda each: each.remaining),
    }


def _whole_context(access: TenantAccess) -> dict[str, Any]:
    tenant = access.tenant
    job = jobs.find_active(tenant)
    sources = find_sources(tenant)
    recent = jobs.find_recent(tenant, limit=PAST_RUNS + 1)
    runs = [past_run(each) for each in recent if not each["active"]]
    return {
        **_source_context(sources),
        "connections": show_all(tenant, sources, recent) if len(sources) > 1 else (),
        "live": live_run(job, now=clock.now()) if job else None,
        "workers": count_workers() if job else 0,
        "runs": runs[:PAST_RUNS],
        "newest": _newest_read(tenant, runs),
        "rejected_total": quarantine.count_records(tenant),
        "unmapped_sentence": unmapped_sentence(TicketStore(tenant).queries.count_unmapped_statuses()),
    }


def _newest_read(tenant: Tenant, runs: list[PastRun]) -> PastRun | None:
    """The last run that read the helpdesk: file imports and retries say nothing about it."""
    found = next((run for run in runs if run.kind == "sync"), None)
    if found is None and runs:
        older = jobs.find_recent(tenant, limit=1, kind="sync")
        return past_run(older[0]) if older and not older[0]["active"] else None
    return found
