"""Read-only links: making, listing and revoking them, and what somebody without an account sees."""

import hashlib
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from analytics.dashboard.tables import dashboard_tables
from analytics.dashboard.wording import comparison_text
from analytics.insights.store import InsightStore
from analytics.insights.wording import plain, sentences
from analytics.numbers import find_numbers
from analytics.selection import Selection
from analytics.sharing.links import SharedLinkStore, find_link, open_link
from analytics.sharing.wording import number_sentences
from analytics.views.panels.tiles import tiles
from analytics.views.panels.trend import trend
from supportsaas import clock
from supportsaas.reliability.quota import RequestQuota
from supportsaas.web.client_address import client_address
from supportsaas.web.page_paths import path_of
from supportsaas.web.plain_answers import reject
from supportsaas.web.rejected import Rejected
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role
from tickets.records.period_wording import period_name, period_text
from tickets.store.filters import FilterError
from tickets.views.fragments import begin_frame

OPENED_A_MINUTE = 60
"""By one address."""


@never_cache
@require_GET
@tenant_required(Role.MANAGER)
def show_links(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    return _render_links(request, access)


@never_cache
@require_POST
@tenant_required(Role.MANAGER)
def make_link(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """A link to the dashboard with the parameters in `query`. Its address is on this answer and never again."""
    now, zone = clock.now(), access.tenant.zone
    try:
        selection = Selection.parse(parse_qs(request.POST.get("query", "")[:4000]), zone=zone, now=now)
        days = int(days) if (days := request.POST.get("days", "")).isdecimal() and len(days) < 4 else 0
        about = ", ".join(filter(None, (period_name(selection.chosen, zone), selection.filter_text)))
        token = SharedLinkStore(access.tenant).make(
            request.user, query=selection.query(), about=about, days=days, now=now
        )
    except FilterError as error:
        return _render_links(request, access, error=f"No link was made: {error}.", status=422)
    except Rejected as rejected:
        return _render_links(request, access, error=str(rejected), status=422)
    address = f"{settings.PUBLIC_URL}{path_of('shared-link', token)}"
    return _render_links(request, access, made=address, about=about)


@require_POST
@tenant_required(Role.MANAGER)
def revoke_link(request: TenantRequest, access: TenantAccess, link_id: str) -> HttpResponse:
    if SharedLinkStore(access.tenant).revoke(link_id, now=clock.now()):
        messages.success(request, "Revoked. The link now says that it has ended.")
    else:
        messages.warning(request, "There is no such link, or it has ended. Nothing was changed.")
    return redirect("settings-links", access.tenant.slug)


@require_POST
@tenant_required(Role.ADMIN)
def switch_links(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    tenant, is_on = access.tenant, request.POST.get("on") == "1"
    tenant.read_only_links = is_on
    tenant.save(update_fields=["read_only_links"])
    text = (
        "Read-only links are on. Links that have not ended work again."
        if is_on
        else "Read-only links are off. No link works."
    )
    messages.success(request, text)
    return redirect("settings-links", tenant.slug)


@never_cache
@require_GET
def show_shared(request: HttpRequest, token: str) -> HttpResponse:
    """The numbers behind a link, whoever asks. The address's own parameters change nothing."""
    caller = hashlib.sha256(client_address(request).encode()).hexdigest()[:32]
    wait = RequestQuota(f"link {caller}", limit=OPENED_A_MINUTE).take().retry_after
    if wait is not None:
        answer = reject(
            request, 429, "Too many pages", "You opened too many pages in a minute. Wait a moment and try again."
        )
        answer["Retry-After"] = str(int(wait) + 1)
        return answer
    link, now = find_link(token), clock.now()
    if link is None:
        raise Http404("No such link.")
    access = open_link(link, now=now)
    context: dict[str, Any] = {"maker": link.maker}
    if access is not None:
        context = {"ends_at": link.ends_at, "zone": access.tenant.zone, **_numbers(access, link.query, now=now)}
    template = "sharing/link_ended.html" if access is None else "sharing/shared.html"
    response = render(request, template, context, status=410 if access is None else 200)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _numbers(access: TenantAccess, query: str, *, now: datetime) -> dict[str, Any]:
    """Sums alone: nothing here names a ticket, a customer or a person, or links to one."""
    tenant, zone = access.tenant, access.tenant.zone
    selection = Selection.parse(parse_qs(query), zone=zone, now=now)
    figures, context = find_numbers(tenant, selection, now)
    tables = dashboard_tables(figures, context)
    period = selection.chosen.period
    comparison = comparison_text(period, context.comparison, zone, now)
    insights = None if selection.narrowing else InsightStore(tenant).find()  # they are about all tickets
    return {
        "tenant_name": tenant.name,
        "zone_name": zone.key,
        "period_text": period_text(period, zone),
        "filter_text": selection.filter_text,
        "unusual": [plain(each) for each in sentences(insights, zone)] if insights else [],
        "lines": number_sentences(figures, comparison),
        "comparison_text": comparison,
        "has_earlier_data": figures.has_earlier_data,
        "has_any": bool(figures.totals.total),
        "tiles": tiles(figures, context, tables),
        "trend": trend(figures, context, tables),
        "table": tables["trend"],
        "urgencies": [(each.value, each.count) for each in figures.by_urgency],
        "now": now,
    }


def _render_links(
    request: TenantRequest, access: TenantAccess, *, made: str = "", about: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    now = clock.now()
    context = {
        **begin_frame(request, access),
        "rows": [(each, each.is_open(now)) for each in SharedLinkStore(access.tenant).find_all()],
        "made": made,
        "about": about,
        "error": error,
        "is_on": access.tenant.read_only_links,
    }
    return render(request, "sharing/links.html", context, status=status)
