"""The page of all response times, its numbers as a file, and the page that says how they are counted."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from analytics.counting import find_sections
from analytics.dashboard.response_times import Measure, clock_times, times_table
from analytics.dashboard.statistics import StatisticsStore
from analytics.dashboard.wording import comparison_text
from analytics.figures import ClockFigures
from analytics.numbers import find_numbers
from analytics.selection import Selection
from analytics.views.filter_bar import filter_bar
from supportsaas import clock
from supportsaas.db.parallel import start
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tickets.clocks.wording import CLOCK_NAMES
from tickets.records.period import Period
from tickets.records.period_wording import period_text
from tickets.recount.walk import RECOUNT
from tickets.service_levels.settings import find_clock_settings
from tickets.store.export_files import file_response, parse_format
from tickets.store.export_rows import file_name, write_rows
from tickets.store.filters import FilterError
from tickets.views.fragments import begin_frame, render_page_or_fragment
from tickets.views.switched import without_unknown_values

PARAMETER = "time"
"""Of the address: `calendar`, or `business` for the tenant's business hours."""


@require_GET
@tenant_required()
def show_response_times(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """Every clock over the period and filters of the dashboard; 400 with the field named if they are invalid."""
    if (elsewhere := without_unknown_values(request, access)) is not None:
        return elsewhere
    now, zone = clock.now(), access.tenant.zone
    frame = begin_frame(request, access)
    recount = start(partial(RECOUNT.find_progress, access.tenant))
    has_business_hours = find_clock_settings(access.tenant).business_hours is not None
    errors: dict[str, str] = {}
    selection: Selection | None = None
    context: dict[str, Any] = {**frame, "errors": errors, "has_business_hours": has_business_hours}
    try:
        measure = _measure(request, has_business_hours=has_business_hours)
        selection = replace(
            Selection.parse(dict(request.GET.lists()), zone=zone, now=now), kept=_kept(request.GET.get(PARAMETER, ""))
        )
    except FilterError as error:
        errors[error.field] = error.reason
        context["bar"] = filter_bar(None, None, given=request.GET.dict(), zone=zone, now=now)
    else:
        figures, dashboard = find_numbers(access.tenant, selection, now)
        times = clock_times(
            *_find_clocks(access, selection, dashboard.comparison, figures.has_earlier_data, now),
            measure,
            dashboard.links,
        )
        period = selection.chosen.period
        context |= {
            "measure": measure,
            "measures": [
                (name, title, selection.query(kept=_kept(name)))
                for name, title in (("business", "Business hours"), ("calendar", "Calendar time"))
            ],
            "times": times,
            "table": times_table(times),
            "has_any": any(each.found.stopped or each.found.decided for each in times),
            "has_statuses": len(times) > len(CLOCK_NAMES),
            "has_replies": any(each.found.stopped for each in times[:2]),
            "has_earlier_data": figures.has_earlier_data,
            "period_text": period_text(period, zone),
            "comparison_text": comparison_text(period, dashboard.comparison, zone, now),
            "here_query": selection.query(),
            "dashboard_query": selection.query(kept=()),
            "bar": filter_bar(selection, figures, zone=zone, now=now),
        }
    progress = recount()
    context |= {
        "worked_out": progress.percentage if progress is not None and progress.is_running else None,
        "selection": selection,
    }
    return render_page_or_fragment(
        request,
        "analytics/response_times.html",
        "analytics/_response_times.html",
        context,
        status=400 if errors else 200,
    )


@require_GET
@tenant_required()
def export_response_times(request: TenantRequest, access: TenantAccess, format_name: str) -> HttpResponseBase:
    """The table of the page as a file."""
    now, zone = clock.now(), access.tenant.zone
    has_business_hours = find_clock_settings(access.tenant).business_hours is not None
    try:
        format_ = parse_format(format_name)
        measure = _measure(request, has_business_hours=has_business_hours)
        selection = Selection.parse(dict(request.GET.lists()), zone=zone, now=now)
    except FilterError as error:
        return HttpResponse(f"{error}.", status=400, content_type="text/plain; charset=utf-8")
    figures, dashboard = find_numbers(access.tenant, selection, now)
    found = _find_clocks(access, selection, dashboard.comparison, figures.has_earlier_data, now)
    table = times_table(clock_times(*found, measure, dashboard.links))
    period = selection.chosen.period
    return file_response(
        write_rows(format_, [each.key for each in table.columns], table.values, moments=(), zone=zone),
        file_name(access.tenant.slug, table.name, format_, start=period.start, end=period.end, zone=zone),
        format_,
    )


@require_GET
@tenant_required()
def show_counting(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """What each number means, and what is left out of it."""
    first, *sections = find_sections()
    context = {**begin_frame(request, access), "beginning": first, "sections": sections}
    return render(request, "analytics/counting.html", context)


def _measure(request: TenantRequest, *, has_business_hours: bool) -> Measure:
    """Business hours, unless the tenant has none or the address asks for calendar time. Raises `FilterError`."""
    given = request.GET.get(PARAMETER, "")
    if given not in ("", "calendar", "business"):
        raise FilterError(PARAMETER, "must be calendar or business")
    return "business" if has_business_hours and given != "calendar" else "calendar"


def _kept(measure: str) -> tuple[tuple[str, str], ...]:
    return ((PARAMETER, measure),) if measure else ()


def _find_clocks(
    access: TenantAccess, selection: Selection, comparison: Period, has_earlier_data: bool, now: datetime
) -> tuple[dict[str, ClockFigures], dict[str, ClockFigures] | None]:
    """Of the period, and of the previous one if there is earlier data."""
    found, before = StatisticsStore(access.tenant).clocks(
        selection.chosen.period, comparison=comparison, narrowing=selection.narrowing, now=now
    )
    return found, before if has_earlier_data else None
