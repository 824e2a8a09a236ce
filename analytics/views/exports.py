"""The numbers of a chart as a file: the same rows as in the table below it."""

from django.http import Http404, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_GET

from analytics.dashboard.tables import dashboard_tables
from analytics.numbers import find_numbers
from analytics.selection import Selection
from supportsaas import clock
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tickets.store.export_files import file_response, parse_format
from tickets.store.export_rows import file_name, write_rows
from tickets.store.filters import FilterError


@require_GET
@tenant_required()
def export_chart(request: TenantRequest, access: TenantAccess, name: str, format_name: str) -> HttpResponseBase:
    """A chart's table over the dashboard's period and sources; 404 if no chart has that name."""
    zone, now = access.tenant.zone, clock.now()
    try:
        format_ = parse_format(format_name)
        selection = Selection.parse(dict(request.GET.lists()), zone=zone, now=now)
    except FilterError as error:
        return HttpResponse(f"{error}.", status=400, content_type="text/plain; charset=utf-8")
    table = dashboard_tables(*find_numbers(access.tenant, selection, now)).get(name)
    if table is None:
        raise Http404("No such chart.")
    columns = [column.key for column in table.columns]
    moments = [column.key for column in table.columns if column.kind == "moment"]
    period = selection.chosen.period
    return file_response(
        write_rows(format_, columns, table.values, moments=moments, zone=zone),
        file_name(access.tenant.slug, name, format_, start=period.start, end=period.end, zone=zone),
        format_,
    )
