"""After a switch to another tenant: values that it does not have are taken out of the filter, and the page says so."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from supportsaas.formatting import one_line
from tenants.access import TenantAccess, TenantRequest
from tenants.switching import SWITCHED
from tickets.records.dimensions import NARROWING_FIELDS
from tickets.rollups import state

LONGEST_SHOWN = 200


def without_unknown_values(request: TenantRequest, access: TenantAccess) -> HttpResponse | None:
    """A redirect to the address of this page as it holds for the tenant. None unless somebody has just switched to it."""
    if SWITCHED not in request.GET:
        return None
    kept = request.GET.copy()
    del kept[SWITCHED]
    found = state.find_all([access.tenant.slug], with_words=False).get(access.tenant.slug)
    for field in NARROWING_FIELDS if found and found.is_readable else ():
        known = set(found.values.get(field, ())) if found else set()
        unknown = [value for value in kept.getlist(field) if value and value not in known]
        if unknown:
            kept.setlist(field, [value for value in kept.getlist(field) if value in known])
            named = one_line(", ".join(f"“{value}”" for value in unknown), LONGEST_SHOWN)
            messages.info(request, f"{access.tenant.name} has no {field} {named}, so the filter leaves it out.")
    query = kept.urlencode()
    return redirect(f"{request.path}?{query}" if query else request.path)
