"""The dashboard of one tenant."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_GET

from analytics.dashboard.clock_panels import first_reply_panel, resolution_panel
from analytics.dashboard.context import DashboardContext
from analytics.dashboard.links import ChartFiles, ClockPages
from analytics.dashboard.tables import dashboard_tables
from analytics.dashboard.topics import rising
from analytics.dashboard.wording import comparison_text
from analytics.figures import DashboardFigures
from analytics.numbers import find_numbers
from analytics.selection import Selection
from analytics.views.filter_bar import filter_bar
from analytics.views.insights import find_shown
from analytics.views.panels.backlog import backlog
from analytics.views.panels.bars import bar_list, rising_list
from analytics.views.panels.customers import customer_panel
from analytics.views.panels.languages import not_classified_notice
from analytics.views.panels.marks import Happened, chart_marks, find_happened
from analytics.views.panels.statuses import unmapped_notice
from analytics.views.panels.tiles import tiles
from analytics.views.panels.trend import trend
from analytics.views.panels.week import heat_map
from supportsaas import clock
from supportsaas.db.parallel import start
from supportsaas.web.jinja_templates import render_once
from supportsaas.web.page_paths import path_of
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.incidents.store import IncidentStore
from tickets.ingestion.setup_checklist import find_checklist
from tickets.number_alerts.states import count_open
from tickets.planning.stored_walk import Progress
from tickets.records.dimensions import ALL_TICKETS
from tickets.records.period import Period, day_start
from tickets.records.period_wording import period_text
from tickets.records.periods import CUSTOM, ChosenPeriod
from tickets.recount.walk import RECOUNT
from tickets.store import quarantine
from tickets.store.filters import FilterError, TicketFilter
from tickets.store.target_counts import TargetCounts
from tickets.store.ticket_store import TicketStore
from tickets.topics.tagging import TAGGING
from tickets.views.fragments import begin_frame, is_fragment_request, render_page_or_fragment
from tickets.views.switched import without_unknown_values


@require_GET
@tenant_required()
def show_dashboard(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """The tenant's numbers over the period and sources in the URL; 400 with the field named if they are invalid."""
    if (elsewhere := without_unknown_values(request, access)) is not None:
        return elsewhere
    now = clock.now()
    zone = access.tenant.zone
    errors: dict[str, str] = {}
    selection: Selection | None = None
    context: dict[str, Any] = {"errors": errors, **begin_frame(request, access)}
    if access.can_administer and not is_fragment_request(request):
        context["checklist"] = SimpleLazyObject(start(partial(find_checklist, access.tenant)))
    try:
        selection = Selection.parse(dict(request.GET.lists()), zone=zone, now=now)
    except FilterError as error:
        errors[error.field] = error.reason
        context["bar"] = filter_bar(None, None, given=request.GET.dict(), zone=zone, now=now)
    else:
        ongoing = start(IncidentStore(access.tenant).find_ongoing)
        due = start(partial(TargetCounts(access.tenant).count_due, now))
        open_alerts = start(partial(count_open, access.tenant))
        insights = start(partial(find_shown, access.tenant))
        context |= _numbers(access, selection, now)
        context |= {"ongoing": ongoing(), "due": due(), "open_alerts": open_alerts(), "insights": insights()}
    context["selection"] = selection
    status = 400 if errors else 200
    return render_page_or_fragment(
        request, "analytics/dashboard.html", "analytics/_dashboard.html", context, status=status
    )


def _numbers(access: TenantAccess, selection: Selection, now: datetime) -> dict[str, Any]:
    active = start(partial(jobs.find_active, access.tenant))
    tagging = start(partial(TAGGING.find_progress, access.tenant))
    happened = start(partial(find_happened, access.tenant, selection.chosen.period))
    recount = start(partial(RECOUNT.find_progress, access.tenant))
    figures, context = find_numbers(access.tenant, selection, now)
    zone, period, here = selection.zone, selection.chosen.period, selection.query()
    dashboard_path = path_of("dashboard", access.tenant.slug)
    shown = _Shown(
        slug=access.tenant.slug,
        files=ChartFiles(access.tenant.slug, here),
        period_text=period_text(period, zone),
        filter_text=selection.filter_text,
        comparison_text=comparison_text(period, context.comparison, zone, now),
        statuses_path=path_of("statuses", access.tenant.slug),
        topics_path=f"{path_of('topics', access.tenant.slug)}?{here}",
        tagged=_percentage(tagging()),
        worked_out=_percentage(recount()),
        clock_pages=ClockPages.of(access.tenant.slug),
        can_run=access.can_run,
        happened=happened(),
        moments_url=f"{path_of('moments', access.tenant.slug)}?{urlencode({'back': f'{dashboard_path}?{here}'})}",
    )
    return {
        "totals": figures.totals,
        "bar": filter_bar(selection, figures, zone=zone, now=now),
        "here_query": here,
        "period_text": shown.period_text,
        "panels": _panels(figures, context, shown) if figures.totals.total else "",
        **_sync_and_empty_state(access, selection, active(), is_empty=not figures.totals.total),
    }


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the panels show besides the figures."""

    slug: str
    files: ChartFiles
    period_text: str
    filter_text: str
    """“source Email, Chat”; empty if not filtered."""
    comparison_text: str
    statuses_path: str
    topics_path: str
    tagged: int | None
    """How many percent of the stored tickets were looked through for topics; None if all were."""
    worked_out: int | None
    """How many percent of the stored tickets have their clocks by the tenant's current settings; None if all have."""
    clock_pages: ClockPages
    can_run: bool
    happened: tuple[Happened, ...]
    moments_url: str


def _percentage(progress: Progress | None) -> int | None:
    return progress.percentage if progress is not None and progress.is_running else None


def _panels(figures: DashboardFigures, context: DashboardContext, shown: _Shown) -> str:
    """All charts. They are rendered again only if their numbers, or what they say about them, have changed."""
    key = (figures, shown, context.without_now)
    return render_once("analytics/_panels.jinja", key, lambda: _panels_context(figures, context, shown))


def _panels_context(figures: DashboardFigures, context: DashboardContext, shown: _Shown) -> dict[str, Any]:
    tables = dashboard_tables(figures, context)
    return {
        **{each.name: getattr(shown, each.name) for each in fields(shown)},
        "tables": {name.replace("-", "_"): table for name, table in tables.items()},
        "tiles": tiles(figures, context, tables),
        "trend": trend(figures, context, tables),
        "marks": chart_marks(shown.happened, context),
        "urgencies": bar_list(tables["urgency"]).rows,
        "statuses": bar_list(tables["status"]),
        "sentiments": bar_list(tables["sentiment"]),
        "sources": bar_list(tables["source"]),
        "topics": bar_list(tables["topics"]),
        "rising_topics": rising_list(rising(figures, context.topics), tables["rising-topics"]),
        "has_topics": bool(context.topics),
        "has_earlier_data": figures.has_earlier_data,
        "customers": customer_panel(context, shown.slug),
        "counting_path": path_of("counting", shown.slug),
        "volume": bar_list(tables["customers"]),
        "backlog": backlog(figures, context, tables),
        "ages": bar_list(tables["ages"]),
        "first_reply": first_reply_panel(figures, context.links),
        "resolution": resolution_panel(figures, context.links),
        "unmapped": unmapped_notice(figures, context),
        "not_classified": not_classified_notice(figures, context),
        "heat_map": heat_map(figures, context, tables),
        "zone_name": context.zone.key,
    }


def _sync_and_empty_state(
    access: TenantAccess, selection: Selection, job: dict[str, Any] | None, *, is_empty: bool
) -> dict[str, Any]:
    """The running sync and, if there are no tickets, why not and what to do about it."""
    tenant = access.tenant
    state: dict[str, Any] = {
        "job": job,
        "job_percentage": jobs.percentage(job) if job else 0,
        "is_first_run": job is not None and jobs.find_last_good(tenant) is None,
    }
    if not is_empty:
        return state
    newest = next(iter(TicketStore(tenant).queries.page_by_cursor(TicketFilter(), size=1).tickets), None)
    if newest is not None:
        return state | {
            "newest_at": newest["created_at"],
            "newest_query": _query_around(newest["created_at"], selection),
        }
    recent = jobs.find_recent(tenant, limit=1)
    return state | {
        "has_source": Source.objects.filter(tenant=tenant).exists(),
        "rejected_total": quarantine.count_records(tenant),
        "last_run": recent[0] if recent and not recent[0]["active"] else None,
    }


def _query_around(moment: datetime, selection: Selection) -> str:
    """The 30 days up to and including the day of a moment, of all sources."""
    day, zone = moment.astimezone(selection.zone).date(), selection.zone
    period = Period(day_start(day - timedelta(days=29), zone), day_start(day + timedelta(days=1), zone))
    return selection.query(chosen=ChosenPeriod(CUSTOM, period), sources=(), dimension=ALL_TICKETS)
