"""A tenant's topics: members see them with their numbers; managers rename, merge and hide them, and undo that."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from analytics.dashboard.topic_list import PAGE_SIZE, topic_rows
from analytics.dashboard.wording import comparison_text
from analytics.numbers import find_numbers, find_topic_customers
from analytics.selection import Selection
from supportsaas import clock
from supportsaas.db.parallel import start
from supportsaas.web.rejected import Rejected
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role
from tickets.ingestion.worker import count_workers
from tickets.records.period_wording import period_text
from tickets.store.filters import FilterError
from tickets.topics.editing import LONGEST_NAME, hide_topic, merge_topic, rename_topic, separate_topic
from tickets.topics.finding import FEWEST_TICKETS
from tickets.topics.store import TopicStore
from tickets.topics.tagging import TAGGING
from tickets.views.fragments import vary_on_htmx
from tickets.views.period_control import period_control


@require_GET
@tenant_required()
def show_topics(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """The topics with their numbers of the period in the URL; the usual one if that is not valid."""
    tenant, now = access.tenant, clock.now()
    topics = start(TopicStore(tenant).find_all)
    selection = _selection(request, access)
    figures, context = find_numbers(tenant, selection, now)
    rows = topic_rows(topics(), figures, context)
    last = max((len(rows) - 1) // PAGE_SIZE, 0) + 1
    number = min(max(_page_number(request), 1), last)
    shown = rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    customers = find_topic_customers(tenant, selection, [each.topic.id for each in shown], now)
    listing: dict[str, Any] = {
        "rows": [(each, customers[each.topic.id]) for each in shown],
        "total": len(rows),
        "page_number": number,
        "last_page": last,
        "hidden": [each for each in topics() if each.is_hidden],
        "names": sorted((each.topic.name for each in rows), key=str.casefold),
    }
    return render(
        request,
        "analytics/topics.html",
        {
            **listing,
            **_tagging_context(access),
            "period": period_control(selection.chosen, zone=tenant.zone, now=now),
            "query": selection.query(),
            "period_text": period_text(selection.chosen.period, tenant.zone),
            "comparison_text": comparison_text(selection.chosen.period, context.comparison, tenant.zone, now),
            "has_earlier_data": figures.has_earlier_data,
            "longest_name": LONGEST_NAME,
            "fewest_tickets": FEWEST_TICKETS,
        },
    )


@require_GET
@tenant_required()
def show_tagging(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """How far stored tickets are looked through: a fragment that polls itself while that runs."""
    return vary_on_htmx(render(request, "analytics/_tagging.html", _tagging_context(access)))


@require_POST
@tenant_required(Role.MANAGER)
def rename(request: TenantRequest, access: TenantAccess, topic_id: str) -> HttpResponse:
    """Another name; without one, the name that the topic was found with."""
    name = request.POST.get("name", "")

    def work() -> str:
        before = rename_topic(access.tenant, topic_id, name)
        after = TopicStore(access.tenant).find_names([topic_id])[topic_id]
        return f"“{before.name}” is now called “{after}”." if after != before.name else f"“{after}” keeps its name."

    return _edit(request, access, topic_id, work)


@require_POST
@tenant_required(Role.MANAGER)
def hide(request: TenantRequest, access: TenantAccess, topic_id: str) -> HttpResponse:
    """Hide the topic or show it again, as `hidden` says, so that pressing the button twice does no harm."""
    is_hidden = request.POST.get("hidden") == "1"

    def work() -> str:
        topic = hide_topic(access.tenant, topic_id, is_hidden=is_hidden)
        return f"“{topic.name}” is hidden." if is_hidden else f"“{topic.name}” is shown again."

    return _edit(request, access, topic_id, work)


@require_POST
@tenant_required(Role.MANAGER)
def merge(request: TenantRequest, access: TenantAccess, topic_id: str) -> HttpResponse:
    """Merge the topic into the one with the name that was typed."""
    name = " ".join(request.POST.get("into", "").split())
    listed = TopicStore(access.tenant).find_listed()
    named = [each.id for each in listed if each.name.casefold() == name.casefold() and each.id != topic_id]
    into = named[0] if len(named) == 1 else ""

    def work() -> str:
        if len(named) > 1:
            raise Rejected(f"Several topics are called “{name}”. Rename one of them first.")
        if not into:
            raise Rejected(f"No other topic in the list is called “{name}”.")
        topic, other = merge_topic(access.tenant, topic_id, into=into)
        return f"“{topic.name}” now counts under “{other.name}”. Stored tickets follow in the background."

    return _edit(request, access, into, work)


@require_POST
@tenant_required(Role.MANAGER)
def separate(request: TenantRequest, access: TenantAccess, topic_id: str) -> HttpResponse:
    def work() -> str:
        topic = separate_topic(access.tenant, topic_id)
        return f"“{topic.name}” is a topic of its own again. Stored tickets follow in the background."

    return _edit(request, access, topic_id, work)


def _edit(request: TenantRequest, access: TenantAccess, topic_id: str, work: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, work())
    except Rejected as error:
        messages.error(request, str(error))
    back = request.POST.get("back", "")
    address = reverse("topics", args=[access.tenant.slug])
    if back and url_has_allowed_host_and_scheme(f"{address}?{back}", allowed_hosts=None):
        address = f"{address}?{back}"
    known = TopicStore(access.tenant).find(topic_id)
    return redirect(f"{address}#{topic_id}" if known is not None and known.is_listed else address)


def _selection(request: TenantRequest, access: TenantAccess) -> Selection:
    zone, now = access.tenant.zone, clock.now()
    given = {name: values for name, values in request.GET.lists() if name in ("period", "from", "to")}
    parse = partial(Selection.parse, zone=zone, now=now)
    try:
        return parse(given)
    except FilterError:
        return parse({})


def _page_number(request: TenantRequest) -> int:
    text = request.GET.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _tagging_context(access: TenantAccess) -> dict[str, Any]:
    tagging = TAGGING.find_progress(access.tenant)
    return {"tagging": tagging, "workers": count_workers() if tagging is not None and tagging.is_running else 0}
