"""Watching a customer, and ceasing to."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from supportsaas import clock
from supportsaas.web.rejected import Rejected
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tickets.customers.store import CustomerStore
from tickets.customers.watches import WatchStore
from tickets.store.filters import LONGEST_VALUE
from tickets.views.customers.listing import CustomerSelection


@require_POST
@tenant_required()
def change_watch(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """`customer`, and `watch` 1 or 0. Back to the list with the query `list`, else to the page of the customer."""
    customer_id = request.POST.get("customer", "")[:LONGEST_VALUE].replace("\0", "")
    watches = WatchStore(access.tenant, request.user)
    if request.POST.get("watch") == "0":
        watches.stop(customer_id)
    elif CustomerStore(access.tenant).find(customer_id) is None:
        messages.error(request, "There is no such customer any more.")
        return redirect("customer-list", access.tenant.slug)
    else:
        try:
            watches.watch(customer_id, now=clock.now())
        except Rejected as error:
            messages.error(request, str(error))
    if "list" not in request.POST and customer_id:
        return redirect("customer", access.tenant.slug, customer_id)
    query = CustomerSelection.of_query(request.POST.get("list", ""))
    return redirect(f"{reverse('customer-list', args=[access.tenant.slug])}{'?' if query else ''}{query}")
