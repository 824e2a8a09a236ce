"""The list of a tenant's customers, and the page of one with their tickets."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tenants.access import TenantAccess, TenantRequest, tenant_required
from tickets.classification.language_names import language_name
from tickets.ingestion.name_spaces import find_connection_names
from tickets.store.customers import MAX_CUSTOMERS, find_customer, find_customers
from tickets.store.filters import COUNT_ALL, LONGEST_VALUE, TicketFilter
from tickets.store.ticket_store import TicketStore
from tickets.views.fragments import render_page_or_fragment

EXCERPT = 200
NEWEST_TICKETS = 25


@require_GET
@tenant_required()
def show_customer_list(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """The customers with the most tickets, filtered by part of their ID."""
    search = request.GET.get("q", "").strip().replace("\0", "")[:LONGEST_VALUE]
    customers = find_customers(access.tenant, search=search)
    context = {
        "search": search,
        "customers": customers,
        "is_cut": len(customers) == MAX_CUSTOMERS,
        "open_query": TicketFilter(state=("open",)).query(),
        "count_all": COUNT_ALL,
    }
    return render_page_or_fragment(request, "tickets/customers.html", "tickets/_customers.html", context)


@require_GET
@tenant_required()
def show_customer(request: TenantRequest, access: TenantAccess, customer_id: str) -> HttpResponse:
    customer = find_customer(access.tenant, customer_id)
    if customer is None:
        raise Http404("No such customer.")
    theirs = TicketFilter(customer_id=customer_id)
    context = {
        "customer": customer,
        "connection_names": find_connection_names(access.tenant),
        "page": TicketStore(access.tenant).queries.page_by_cursor(theirs, size=NEWEST_TICKETS, excerpt=EXCERPT),
        "all_query": f"{theirs.query()}&{COUNT_ALL}",
        "open_query": f"{theirs.query(state=('open',))}&{COUNT_ALL}",
        "language_name": language_name,
        "high_query": f"{theirs.query(urgency=('high',))}&{COUNT_ALL}",
        "negative_query": f"{theirs.query(sentiment=('negative',))}&{COUNT_ALL}",
        "high_ratio": customer.high / customer.total,
        "negative_ratio": customer.negative / customer.total,
    }
    return render(request, "tickets/customer.html", context)
