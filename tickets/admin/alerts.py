"""Channels, deliveries and circuit breakers in the admin."""

import logging
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse

from supportsaas.formatting import format_exact_time
from supportsaas.reliability.circuit_breaker import CircuitBreaker
from supportsaas.web.admin_filters import PeriodFilter
from supportsaas.web.admin_search import Searchable
from supportsaas.web.read_only_admin import ReadOnlyAdmin
from tenants.admin import answer_shown_once
from tenants.log_admin import TenantFilter, TenantLogAdmin, link, links
from tenants.models import User
from tickets.alerts.confirming import send_confirmation_mails
from tickets.alerts.delivery_queue import wake_endpoint
from tickets.alerts.form import ChannelForm
from tickets.alerts.model import Channel, ChannelKind
from tickets.alerts.test_send import request_test
from tickets.models import Circuit, Delivery, NumberAlert
from tickets.number_alerts.editing import delete_alert, switch_alert
from tickets.views.alerts.channel_addresses import report_confirmation_mails

logger = logging.getLogger(__name__)


class ChannelAdminForm(ChannelForm):
    class Meta(ChannelForm.Meta):
        fields = ["tenant", "kind", *ChannelForm.Meta.fields]


@admin.register(Channel)
class ChannelAdmin(Searchable):
    """Tenant and kind cannot change, because stored data depends on them. A new secret is shown once."""

    form = ChannelAdminForm
    list_display = ["name", "tenant", "kind", "address", "secret_state", "enabled"]
    list_filter = ["kind", "enabled"]
    list_select_related = ["tenant"]
    search_fields = ["name", "tenant__slug"]
    actions = ["send_test"]
    fields = [
        "tenant", "kind", "name", "address", "secret", "new_secret", "urgencies", "sentiments", "max_age_hours",
        "escalate_to", "escalate_minutes", "only_escalations", "quiet_hours", "enabled",
    ]  # fmt: skip

    def get_fields(self, request: HttpRequest, obj: Channel | None = None) -> list[Any]:
        left_out = {"new_secret"}
        if obj is not None:
            left_out = set() if obj.kind == ChannelKind.WEBHOOK else {"secret", "new_secret"}
        return [each for each in self.fields or [] if each not in left_out]

    def get_readonly_fields(self, request: HttpRequest, obj: Channel | None = None) -> list[str]:
        return ["tenant", "kind"] if obj else []

    @admin.display(description="secret")
    def secret_state(self, channel: Channel) -> str:
        return "stored" if channel.has_secret else "none"

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        obj.made_secret = form.made_secret  # type: ignore[attr-defined]  # for this response only
        if form.new_addresses:
            report_confirmation_mails(request, send_confirmation_mails(obj, form.new_addresses, by=_user(request)))

    def response_add(self, request: HttpRequest, obj: Channel, post_url_continue: str | None = None) -> HttpResponse:
        return self._secret_page(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Channel) -> HttpResponse:
        return self._secret_page(request, obj) or super().response_change(request, obj)

    def _secret_page(self, request: HttpRequest, channel: Channel) -> HttpResponse | None:
        """The new secret, in this response only: a message would be stored in a cookie until it is shown."""
        if not getattr(channel, "made_secret", ""):
            return None
        context = {**self.admin_site.each_context(request), "title": "Signing secret", "channel": channel}
        return answer_shown_once(request, "admin/secret_made.html", context)

    @admin.action(description="Send test", permissions=["change"])
    def send_test(self, request: HttpRequest, queryset: QuerySet[Channel]) -> None:
        for channel in queryset.select_related("tenant"):
            result = request_test(channel, by=_user(request))
            level = messages.SUCCESS if result.ok else messages.ERROR
            messages.add_message(request, level, f"{channel.tenant.slug}, {channel.name}: {result}")


@admin.register(Delivery)
class DeliveryAdmin(TenantLogAdmin):
    period_field = "composed_at"
    list_display = ["composed", "tenant_link", "state", "kind", "headline", "attempts", "last_response"]
    list_filter = [PeriodFilter, TenantFilter, "status", "kind"]
    search_fields = ["key", "tenant_id", "channel_id"]
    search_help_text = "All or part of a key, a channel’s ID, or a tenant’s ID or name"
    fields = [
        "key", "tenant_link", "channel", "kind", "state", "headline", "ticket_links", "composed", "next_attempt_at",
        "ended_at", "ended_by", "again_by", "again_at", "attempts", "readable_log",
    ]  # fmt: skip

    @admin.display(description="last response")
    def last_response(self, delivery: Delivery) -> str:
        return delivery.log[-1]["note"][:120] if delivery.log else "–"

    @admin.display(description="composed at", ordering="composed_at")
    def composed(self, delivery: Delivery) -> str:
        return format_exact_time(delivery.composed_at)

    @admin.display(description="channel")
    def channel(self, delivery: Delivery) -> str:
        return link(reverse("admin:tenants_channel_change", args=[delivery.channel_id]), delivery.channel_id)

    @admin.display(description="tickets")
    def ticket_links(self, delivery: Delivery) -> str:
        ids = [each["ticket_id"] for each in delivery.tickets]
        return links((reverse("ticket", args=[delivery.tenant_id, each]), each) for each in ids)

    @admin.display(description="latest attempts")
    def readable_log(self, delivery: Delivery) -> str:
        return _attempts(delivery.log)


@admin.register(Circuit)
class CircuitAdmin(ReadOnlyAdmin):
    """Read-only, except for closing a circuit."""

    list_display = ["name", "state", "opened_at", "failing_since", "well_since", "last_response"]
    list_filter = ["state"]
    search_fields = ["name"]
    fields = ["name", "state", "opened_at", "failing_since", "well_since", "readable_results"]
    actions = ["reset"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Needed for the action of the list; the page of a single circuit stays read-only.
        return obj is None and admin.ModelAdmin.has_change_permission(self, request)

    @admin.action(description="Close circuit now", permissions=["change"])
    def reset(self, request: HttpRequest, queryset: QuerySet[Circuit]) -> None:
        for name in queryset.values_list("name", flat=True):
            CircuitBreaker(name).reset()
            wake_endpoint(name)
            logger.info("%s reset the circuit breaker of %s", request.user.get_username(), name)
            messages.success(request, f"Closed the circuit of {name}.")

    @admin.display(description="last response")
    def last_response(self, circuit: Circuit) -> str:
        return circuit.results[-1]["note"][:120] if circuit.results else "–"

    @admin.display(description="last ten requests")
    def readable_results(self, circuit: Circuit) -> str:
        return _attempts(circuit.results)


@admin.register(NumberAlert)
class NumberAlertAdmin(Searchable):
    """Can be turned off and deleted here. What is watched is edited on the tenant's page, which tries it out first."""

    list_display = ["__str__", "tenant", "sentence", "enabled", "muted_until"]
    list_filter = ["enabled", "metric"]
    list_select_related = ["tenant", "view"]
    search_fields = ["name", "tenant__slug"]
    readonly_fields = [
        "tenant", "name", "metric", "view", "window_hours", "direction", "threshold", "channel_names", "muted_until",
    ]  # fmt: skip
    fields = [*readonly_fields, "enabled"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description="channels")
    def channel_names(self, alert: NumberAlert) -> str:
        return ", ".join(each.name for each in Channel.objects.filter(pk__in=alert.channels)) or "all"

    def save_model(self, request: HttpRequest, obj: NumberAlert, form: Any, change: bool) -> None:
        switch_alert(obj, enabled=obj.enabled)

    def delete_model(self, request: HttpRequest, obj: NumberAlert) -> None:
        delete_alert(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[NumberAlert]) -> None:
        for alert in queryset.select_related("tenant"):
            delete_alert(alert)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "the admin requires sign-in"
    return request.user


def _attempts(log: list[dict[str, Any]]) -> str:
    return render_to_string("admin/_attempts.html", {"attempts": log[::-1]})
