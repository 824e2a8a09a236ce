"""What the demo has besides tickets: tenants, people, rules, views, business hours, targets, alerts.

Everything is made only where a tenant has none of its kind, so what a visitor changes stays.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from tenants.accounts.demo_accounts import ACCOUNTS
from tenants.models import Membership, Role, Tenant, User
from tickets.alerts.model import Channel, ChannelKind
from tickets.demo.texts.businesses import BUSINESSES
from tickets.helpdesks.model import Source, SourceKind
from tickets.incidents.finding import LONGEST
from tickets.incidents.remembering import remember_past
from tickets.ingestion.schedule import follow_source
from tickets.models import ClassificationRule, NumberAlert
from tickets.recount.opening_hours import save_opening_hours
from tickets.recount.targets import save_target
from tickets.rules.editing import save_rule
from tickets.service_levels.model import OpeningHours, find_opening_hours
from tickets.service_levels.targets import ServiceTarget, find_targets
from tickets.store.filters import TicketFilter
from tickets.store.saved_views import add_view

EVERY_MINUTES: Final = 5
WEEK: Final = "Mon-Fri 09:00-17:00"
REMEMBERED: Final = timedelta(days=3)

TENANTS: Final = (
    # Id, name, country of the public holidays.
    ("tenant_a", "Alder Shop", "DE"),
    ("tenant_b", "Birch Cloud", "US"),
    ("tenant_c", "Cedar Travel", "IN"),
    ("tenant_d", "Dogwood Energy", "GB"),
)
SLUGS: Final = [slug for slug, *_ in TENANTS]
ROLES: Final = {
    "manager": {"tenant_a": Role.ADMIN, "tenant_b": Role.MANAGER, "tenant_c": Role.MANAGER},
    "viewer": {"tenant_a": Role.VIEWER},
}
# Tenant, phrases, urgency, sentiment, note.
RULES: Final = (
    (
        "tenant_a",
        "company account, business price",
        "at least medium",
        "",
        "Businesses order often: answer the same day.",
    ),
    ("tenant_a", "newsletter twice, unsubscribe*", "low", "neutral", "Goes to marketing, not to support."),
)
VIEWS: Final = (
    ("tenant_a", "Urgent and open", TicketFilter(urgency=("high",), state=("open",))),
    ("tenant_a", "Angry, needs action", TicketFilter(sentiment=("negative",), requires_action=True)),
)
# The first that a ticket matches counts.
TARGETS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    (
        "tenant_a",
        {
            "name": "Urgent: reply within an hour",
            "clock": "first_reply",
            "length": 1,
            "unit": "hours",
            "conditions": {"urgency": ["high"]},
        },
    ),
    (
        "tenant_a",
        {
            "name": "First reply the same day",
            "clock": "first_reply",
            "length": 8,
            "unit": "hours",
            "in_business_hours": True,
        },
    ),
    (
        "tenant_a",
        {
            "name": "Next reply the same day",
            "clock": "next_reply",
            "length": 8,
            "unit": "hours",
            "in_business_hours": True,
        },
    ),
    (
        "tenant_a",
        {
            "name": "Resolved in three days",
            "clock": "resolution",
            "length": 3,
            "unit": "days",
            "in_business_hours": True,
            "pauses": True,
        },
    ),
)
ALERTS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("tenant_a", {"metric": "incident", "direction": "above", "threshold": 10}),
    ("tenant_a", {"metric": "arrived", "window_hours": 1, "threshold": None}),
)


def prepare(helpdesk: str) -> None:
    """Make what is missing. `helpdesk`: the base URL of the simulated helpdesk."""
    for slug, name, country in TENANTS:
        given = {"name": name, "timezone": BUSINESSES[slug].zone}
        tenant, _ = Tenant.objects.get_or_create(slug=slug, defaults=given)
        _connect(tenant, helpdesk)
        _prepare_rules(tenant)
        _prepare_views(tenant)
        _prepare_targets(tenant, country)
        _prepare_alerts(tenant)
    _prepare_people()


def remember_yesterday(slug: str, *, anchor: datetime) -> None:
    """Find what has happened before the demo began, once the tickets are there. Workers look at the present only."""
    remember_past(Tenant.objects.get(slug=slug), start=anchor - REMEMBERED, end=anchor - LONGEST)


def _connect(tenant: Tenant, helpdesk: str) -> None:
    place = {"kind": SourceKind.NATIVE, "url": helpdesk}
    # The helpdesk's port may change each time. An existing schedule is kept.
    source, _ = Source.objects.update_or_create(
        tenant=tenant, prefix="", defaults=place, create_defaults={**place, "every_minutes": EVERY_MINUTES}
    )
    follow_source(source)
    # A slow endpoint that fails often, so each tenant has a circuit breaker to watch.
    Channel.objects.update_or_create(
        tenant=tenant,
        name="On call",
        defaults={"address": helpdesk},
        create_defaults={"address": helpdesk, "kind": ChannelKind.NATIVE},
    )


def _prepare_rules(tenant: Tenant) -> None:
    if ClassificationRule.objects.filter(tenant=tenant).exists():
        return
    for slug, phrases, urgency, sentiment, note in RULES:
        if slug == tenant.slug:
            save_rule(
                ClassificationRule(tenant=tenant, phrases=phrases, urgency=urgency, sentiment=sentiment, note=note)
            )


def _prepare_views(tenant: Tenant) -> None:
    if tenant.saved_views.exists():
        return
    for slug, name, wanted in VIEWS:
        if slug == tenant.slug:
            add_view(tenant, name=name, wanted=wanted)


def _prepare_targets(tenant: Tenant, country: str) -> None:
    if find_opening_hours(tenant) is None:
        save_opening_hours(tenant, OpeningHours(tenant=tenant, week=WEEK, country=country))
    if find_targets(tenant):
        return
    for slug, values in TARGETS:
        if slug == tenant.slug:
            save_target(ServiceTarget(tenant=tenant, **values))


def _prepare_alerts(tenant: Tenant) -> None:
    if NumberAlert.objects.filter(tenant=tenant).exists():
        return
    for slug, values in ALERTS:
        if slug == tenant.slug:
            NumberAlert.objects.create(tenant=tenant, **values)


def _prepare_people() -> None:
    for each in ACCOUNTS:
        if User.objects.filter(username=each.name).exists():
            continue
        User.objects.create_user(
            username=each.name, password=each.password, is_staff=each.is_superuser, is_superuser=each.is_superuser
        )
    for name, roles in ROLES.items():
        user = User.objects.get(username=name)
        for slug, role in roles.items():
            tenant = Tenant.objects.get(slug=slug)
            Membership.objects.get_or_create(user=user, tenant=tenant, defaults={"role": role})
