"""The digest as an e-mail: what is out of the ordinary, the tenants' numbers of a week, and keys that end.

Whoever has one tenant gets its response times, customers at risk and topics, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from analytics.dashboard.clock_panels import ClockFact, ClockPanel, first_reply_panel, resolution_panel
from analytics.dashboard.links import TicketLinks
from analytics.dashboard.risky_customers import RiskyCustomer, find_risky, find_watched_that_got_worse
from analytics.dashboard.tables import NOT_CLASSIFIED_NUMBER, TILES
from analytics.dashboard.topics import most_frequent, rising
from analytics.dashboard.wording import NO_EARLIER_DATA, change, customers_text
from analytics.digest.subscriptions import unsubscribe_token
from analytics.digest.tenants import COLUMNS, TenantWeek, compared, in_order, tenant_weeks
from analytics.digest.week import DigestWeek
from analytics.figures import DashboardFigures, RisingTopic
from supportsaas.formatting import NOTHING, format_count, format_day, format_number, one_line
from tenants.models import Tenant, User
from tickets.ingestion.ending_keys import find_ending_keys
from tickets.records.period import Period
from tickets.store.filters import TicketFilter
from tickets.topics.store import ListedTopic, TopicStore

MOST_LINES = 5


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    count: int
    change: str
    url: str


@dataclass(frozen=True, slots=True)
class TimeLine:
    """How long something took, or the share of targets met, as text."""

    name: str
    text: str
    change: str


def compose(user: User, tenants: Sequence[Tenant], *, name: str, now: datetime) -> EmailMultiAlternatives:
    """`name` tells this digest from others to the same person. There must be a tenant."""
    weeks = in_order(tenant_weeks(tenants, now=now))
    stop = _address(reverse("digest-unsubscribe", args=[unsubscribe_token(user)]))
    context = {
        "weeks": weeks,
        "table": compared(weeks),
        "columns": COLUMNS,
        "first_day": min(each.week.first_day for each in weeks),
        "last_day": max(each.week.last_day for each in weeks),
        "quiet": sum(1 for each in weeks if not each.sentences and not each.unknown),
        "overview": _address(reverse("overview")),
        "settings": _address(reverse("digests")),
        "unsubscribe": stop,
        "ending_keys": list(find_ending_keys(tenants, now=now)),
        "watched": _watched(user, tenants),
    }
    if len(weeks) == 1 and weeks[0].figures is not None:
        context |= _details(weeks[0].tenant, weeks[0].week, weeks[0].figures)
    mail = EmailMultiAlternatives(
        subject=one_line(_subject(weeks), 180),
        body=render_to_string("digest/mail.txt", context),
        to=[user.email],
        headers={
            "Message-ID": f"<digest.{name}.{user.pk}@supportsaas>",
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(render_to_string("digest/mail.html", context), "text/html")
    return mail


def _subject(weeks: Sequence[TenantWeek]) -> str:
    first, *others = weeks
    of_week = f"Week of {format_day(first.week.first_day)}"
    if not others:
        numbers = format_count(first.figures.totals.total, "ticket") if first.figures else "no data"
        return f"[{first.tenant.name}] {of_week}: {numbers}"
    worth = [each for each in weeks if each.sentences or each.unknown]
    if not worth:
        return f"{of_week}: nothing out of the ordinary in {len(weeks)} tenants"
    need = "needs" if len(worth) == 1 else "need"
    return f"{of_week}: {len(worth)} of {len(weeks)} tenants {need} attention, first {worth[0].tenant.name}"


def _details(tenant: Tenant, week: DigestWeek, figures: DashboardFigures) -> dict[str, Any]:
    """What the digest of a single tenant has besides."""
    return {
        "dashboard": _address(_dashboard(tenant, week)),
        "response_times": _address(_response_times(tenant, week)),
        "customers": _customers(tenant, find_risky(tenant)[:MOST_LINES]),
        "customer_list": _address(reverse("customer-list", args=[tenant.slug])),
        **_numbers(figures, TicketLinks(tenant.slug, _within(week.period)), TopicStore(tenant).find_listed()),
    }


def _watched(user: User, tenants: Sequence[Tenant]) -> list[Line]:
    return [line for each in tenants for line in _customers(each, find_watched_that_got_worse(each, user))]


def _numbers(figures: DashboardFigures, links: TicketLinks, listed: Sequence[ListedTopic]) -> dict[str, Any]:
    lines = [
        Line(
            name,
            getattr(figures.totals, field),
            _change(figures, field),
            _address(links.tickets(**conditions)),
        )
        for field, name, conditions in (*TILES, *([NOT_CLASSIFIED_NUMBER] if figures.totals.not_classified else []))
    ]
    rising_lines = [
        Line(topic.name, each.count, _rise(each), _address(links.tickets(topic=(topic.id,))))
        for topic, each in rising(figures, listed)[:MOST_LINES]
    ]
    topics = [
        Line(topic.name, each.count, "", _address(links.tickets(topic=(topic.id,))))
        for topic, each in most_frequent(figures, listed)[:MOST_LINES]
    ]
    times = [
        *_times(first_reply_panel(figures, links), "First reply"),
        *_times(resolution_panel(figures, links), "Resolution"),
    ]
    return {"lines": lines, "times": times, "rising": rising_lines, "topics": topics}


def _customers(tenant: Tenant, risky: Sequence[RiskyCustomer]) -> list[Line]:
    return [
        Line(
            each.title,
            each.risk,
            f"risk {format_number(each.risk)} ({'new' if each.is_new else f'{each.change_text} in a week'}): {each.reasons}",
            _address(reverse("customer", args=[tenant.slug, each.customer_id])),
        )
        for each in risky
    ]


def _times(panel: ClockPanel | None, name: str) -> list[TimeLine]:
    """The median, and the share of targets met where any applied, as on the dashboard."""
    facts = {each.name: each for each in panel.facts} if panel else {}
    median, met = facts.get("Median time"), facts.get("Targets met")
    lines = [_time_line(f"{name}, median", median)] if median and median.text != NOTHING else []
    return [*lines, _time_line(f"{name}, targets met", met)] if met and met.text != NOTHING else lines


def _time_line(name: str, fact: ClockFact) -> TimeLine:
    changed = f"{fact.change.text} compared with the week before" if fact.change else ""
    before = f"{fact.before} the week before" if fact.before and not changed else ""
    return TimeLine(name, fact.text, ", ".join(filter(None, (fact.beside, changed or before))))


def _rise(topic: RisingTopic) -> str:
    before = f"{format_number(topic.before)} the week before" if topic.before else "none the week before"
    return f"{format_number(topic.count)} tickets of {customers_text(topic.customers)} customers, {before}"


def _change(figures: DashboardFigures, field: str) -> str:
    """The change since the week before, as text.

    Open tickets are not compared: more tickets of the older week are closed by now, so the number would always grow.
    """
    if field == "open":
        return ""
    if not figures.has_earlier_data:
        return NO_EARLIER_DATA
    found = change(getattr(figures.totals, field), getattr(figures.previous, field))
    return found.text if found.direction == "same" else f"{found.text} compared with the week before"


def _within(period: Period) -> TicketFilter:
    return TicketFilter(created_from=period.start, created_to=period.end)


def _dashboard(tenant: Tenant, week: DigestWeek) -> str:
    return f"{reverse('dashboard', args=[tenant.slug])}?period=custom&from={week.first_day}&to={week.last_day}"


def _response_times(tenant: Tenant, week: DigestWeek) -> str:
    return f"{reverse('response-times', args=[tenant.slug])}?period=custom&from={week.first_day}&to={week.last_day}"


def _address(path: str) -> str:
    return f"{settings.PUBLIC_URL}{path}"
