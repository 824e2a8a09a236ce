"""Erasing a customer: shows what will be erased, and erases it after confirmation."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from supportsaas.formatting import format_number
from supportsaas.web.rejected import Rejected
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role
from tickets.erasure.customers import CustomerData, count_customer_data, erase_customer
from tickets.store.filters import LONGEST_VALUE


@require_http_methods(["GET", "POST"])
@tenant_required(Role.ADMIN)
def show_erasure(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """The customer id is `customer`, in the URL or in the form."""
    named = request.POST if request.method == "POST" else request.GET
    customer_id = named.get("customer", "")[:LONGEST_VALUE].replace("\0", "")
    if request.method == "POST" and customer_id:
        try:
            erased = erase_customer(access.tenant, customer_id)
        except Rejected as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"Erased {_describe(erased)}.")
            return redirect("customer-list", access.tenant.slug)
    found = count_customer_data(access.tenant, customer_id)
    if not found:
        if request.method == "POST":
            return redirect("customer-list", access.tenant.slug)
        raise Http404("No such customer.")
    context = {"customer_id": customer_id, "counted": [each for each in found.counted() if each[0]]}
    return render(request, "tickets/customer_erasure.html", context)


def _describe(erased: CustomerData) -> str:
    return ", ".join(f"{format_number(number)} {what}" for number, what in erased.counted() if number) or "nothing"
