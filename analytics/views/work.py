"""The work of a tenant's people, teams and other values: a table on a page, and all of it as a file."""

from datetime import datetime
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.http import require_GET

from analytics.dashboard.wording import comparison_text
from analytics.numbers import find_numbers, find_work
from analytics.views.filter_bar import filter_bar
from analytics.views.panels.work import work_table
from analytics.views.work_selection import WorkSelection
from analytics.work.rows import FILE_COLUMNS, NEEDS_MANAGER, PEOPLE, file_row, in_order, without_value, work_rows
from supportsaas import clock
from supportsaas.db.parallel import start
from supportsaas.web.page_paths import path_of
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tickets.records.period_wording import period_text
from tickets.rollups.work_sums import WORK_FIELDS
from tickets.service_levels.settings import find_clock_settings
from tickets.store.export_files import file_response, parse_format
from tickets.store.export_rows import file_name, write_rows
from tickets.store.filters import FilterError
from tickets.views.fragments import begin_frame, render_page_or_fragment
from tickets.views.switched import without_unknown_values


@require_GET
@tenant_required()
def show_work(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """400 with the field named if a parameter is not valid; 403 for numbers of people without the role."""
    if (elsewhere := without_unknown_values(request, access)) is not None:
        return elsewhere
    now, zone = clock.now(), access.tenant.zone
    errors: dict[str, str] = {}
    selection: WorkSelection | None = None
    context: dict[str, Any] = {"errors": errors, **begin_frame(request, access)}
    try:
        selection = WorkSelection.of_page(dict(request.GET.lists()), zone=zone, now=now)
    except FilterError as error:
        errors[error.field] = error.reason
        context["bar"] = filter_bar(None, None, given=request.GET.dict(), zone=zone, now=now)
    else:
        _check_role(access, selection)
        context |= _numbers(access, selection, now)
    context["selection"] = selection
    status = 400 if errors else 200
    return render_page_or_fragment(request, "analytics/work.html", "analytics/_work.html", context, status=status)


@require_GET
@tenant_required()
def export_work(request: TenantRequest, access: TenantAccess, format_name: str) -> HttpResponseBase:
    """All values of the field, in the order of the page, the tickets without one last."""
    now, zone = clock.now(), access.tenant.zone
    try:
        format_ = parse_format(format_name)
        selection = WorkSelection.of_page(dict(request.GET.lists()), zone=zone, now=now)
    except FilterError as error:
        return HttpResponse(f"{error}.", status=400, content_type="text/plain; charset=utf-8")
    _check_role(access, selection)
    figures, compared = find_work(access.tenant, selection, selection.by, now)
    without = without_value(figures)
    rows = [*in_order(figures, selection.shown_order), *([without] if without else [])]
    period = compared.period
    name = file_name(
        access.tenant.slug, f"work-by-{selection.by}", format_, start=period.start, end=period.end, zone=zone
    )
    columns = [selection.by, *FILE_COLUMNS]
    return file_response(write_rows(format_, columns, map(file_row, rows), moments=(), zone=zone), name, format_)


def _check_role(access: TenantAccess, selection: WorkSelection) -> None:
    if selection.by == PEOPLE and not access.can_run:
        raise PermissionDenied(NEEDS_MANAGER)


def _numbers(access: TenantAccess, selection: WorkSelection, now: datetime) -> dict[str, Any]:
    tenant, period = access.tenant, selection.chosen.period
    of_dashboard = start(partial(find_numbers, tenant, selection, now))
    figures, compared = find_work(tenant, selection, selection.by, now)
    rows = work_rows(figures, selection.by, selection.shown_order)
    totals, _ = of_dashboard()
    return {
        "table": work_table(rows, selection, compared, tenant.slug, has_earlier_data=totals.has_earlier_data),
        "fields": [(each, selection.grouped_by(each)) for each in WORK_FIELDS if each != PEOPLE or access.can_run],
        "bar": filter_bar(selection, totals, zone=tenant.zone, now=now),
        "here_query": selection.query(),
        "dashboard_query": selection.of_dashboard.query(),
        "file_path": path_of("work-export", tenant.slug, "csv"),
        "period_text": period_text(period, tenant.zone),
        "comparison_text": comparison_text(period, compared.previous, tenant.zone, now),
        "has_earlier_data": totals.has_earlier_data,
        "has_business_hours": find_clock_settings(tenant).business_hours is not None,
        "is_of_people": selection.by == PEOPLE,
    }
