"""Sharing a page of a tenant: its link, and the page by e-mail to other members."""

import secrets
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from analytics.sharing.mails import LONGEST_NOTE, find_recipients, queue_mails
from analytics.sharing.pages import PAGES
from analytics.views.shared_summary import summarize
from supportsaas import clock
from supportsaas.formatting import format_count
from supportsaas.web.page_paths import path_of
from supportsaas.web.rejected import Rejected
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tickets.store.filters import FilterError
from tickets.views.fragments import begin_frame

LONGEST_QUERY = 4_000
_NOT_SHARED = ("cursor", "count", "corrected", "form", "customer")
_PAGE_OF_CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class _Shared:
    """The page in the address: its path, and what it shows."""

    name: str
    customer_id: str
    parameters: dict[str, list[str]]
    path: str

    @classmethod
    def of(cls, access: TenantAccess, name: str, query: str) -> "_Shared":
        if name not in PAGES or len(query) > LONGEST_QUERY:
            raise Http404("No such page.")
        given = parse_qs(query)
        customer_id = given.get("customer", [""])[0] if name == _PAGE_OF_CUSTOMER else ""
        if name == _PAGE_OF_CUSTOMER and not customer_id:
            raise Http404("No such customer.")
        parameters = {key: values for key, values in given.items() if key not in _NOT_SHARED}
        path = path_of(PAGES[name].route, access.tenant.slug, *([customer_id] if customer_id else []))
        return cls(name, customer_id, parameters, f"{path}?{urlencode(parameters, doseq=True)}".rstrip("?"))


@never_cache
@require_http_methods(["GET", "POST"])
@tenant_required()
def show_share(request: TenantRequest, access: TenantAccess, page: str) -> HttpResponse:
    """The ways to share a page, whose parameters are those of this address. A POST sends it by e-mail."""
    shared = _Shared.of(access, page, request.META.get("QUERY_STRING", ""))
    now = clock.now()
    try:
        summary = summarize(access, page, shared.parameters, shared.customer_id, now)
    except FilterError:
        return redirect(shared.path)  # which says what is wrong
    error: Rejected | None = None
    if request.method == "POST":
        try:
            sent_to = queue_mails(
                access.tenant,
                request.user,
                to=request.POST.getlist("to"),
                note=request.POST.get("note", ""),
                summary=summary,
                path=shared.path,
                form=request.POST.get("form", "")[:64] or secrets.token_urlsafe(12),
                now=now,
            )
        except Rejected as rejected:
            error = rejected
        else:
            messages.success(request, f"The e-mail to {format_count(len(sent_to), 'person', 'people')} is on its way.")
            return redirect(shared.path)
    members = find_recipients(access.tenant)
    context = {
        **begin_frame(request, access),
        "summary": summary,
        "back": shared.path,
        "page_name": page,
        "query": urlencode(shared.parameters, doseq=True),
        "page_title": PAGES[page].title,
        "link": f"{settings.PUBLIC_URL}{shared.path}",
        "recipients": members,
        "chosen": request.POST.getlist("to"),
        "note": request.POST.get("note", ""),
        "longest_note": LONGEST_NOTE,
        "form_key": request.POST.get("form", "")[:64] or secrets.token_urlsafe(12),
        "error": error,
        "email_is_set": settings.EMAIL_IS_SET,
    }
    return render(request, "sharing/share.html", context, status=422 if error else 200)
