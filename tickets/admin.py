"""Tenants, helpdesk connections, channels and rules in the Django admin, and the logs, which are read-only."""

import json
import logging
import time
from collections import Counter
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from supportsaas.db.tenant_data import count_data
from supportsaas.formatting import format_exact_time, format_number, format_seconds
from supportsaas.reliability.circuit_breaker import CircuitBreaker
from supportsaas.web.admin_search import Searchable
from supportsaas.web.read_only_admin import ReadOnlyAdmin
from tenants.admin import MembershipInline, answer_shown_once
from tenants.models import Tenant, User
from tickets import jobs
from tickets.alerts.confirming import send_confirmation_mails
from tickets.alerts.delivery_queue import wake_endpoint
from tickets.alerts.form import ChannelForm
from tickets.alerts.model import Channel, ChannelKind
from tickets.alerts.test_send import request_test
from tickets.helpdesks import SourceError
from tickets.helpdesks.form import SourceForm
from tickets.helpdesks.model import Source
from tickets.ingestion.checking import REQUEST_SECONDS, check_in_time
from tickets.ingestion.connecting import follow_tenant, remove_source, save_source
from tickets.ingestion.name_spaces import choose_name, explain_change
from tickets.ingestion.worker import count_workers
from tickets.jobs import JobActive, JobRequest
from tickets.models import Circuit, ClassificationRule, Delivery, IngestionLog, SavedView, TicketHistory
from tickets.rules.editing import delete_rule, store_rule
from tickets.rules.form import RuleForm
from tickets.store.ticket_store import TicketStore
from tickets.views.alerts.channel_addresses import report_confirmation_mails

logger = logging.getLogger(__name__)

_ERASING = "Nobody sees it any more. The workers now erase all of its data; until then its id cannot be used again."


@admin.register(Tenant)
class TenantAdmin(Searchable):
    list_display = ["name", "slug", "timezone", "retention_days", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name", "slug"]
    inlines = [MembershipInline]
    actions = ["run_ingestion"]

    def get_readonly_fields(self, request: HttpRequest, obj: Tenant | None = None) -> list[str]:
        # Every stored ticket carries the slug, so it is chosen once.
        return ["slug", "created_at"] if obj else []

    @admin.action(description="Run ingestion", permissions=["change"])
    def run_ingestion(self, request: HttpRequest, queryset: QuerySet[Tenant]) -> None:
        started = []
        for tenant in queryset:
            try:
                jobs.enqueue(tenant, JobRequest(trigger="admin", started_by=request.user.get_username()))
                started.append(tenant.slug)
            except JobActive as error:
                messages.warning(request, f"{tenant.slug}: {error}")
        if started:
            messages.success(request, f"Ingestion queued for {', '.join(started)}.")
        if not count_workers():
            messages.warning(request, "No worker is running, so jobs wait in the queue. Start one: manage.py worker")

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """With how much of it is in the collections that are no tables of Django: all of it will be erased."""
        shown, counted, *others = super().get_deleted_objects(objs, request)
        whole = Counter(counted)
        for tenant in objs:
            whole.update(count_data(tenant.slug))
        return shown, {what: format_number(number) for what, number in whole.items()}, *others

    def delete_model(self, request: HttpRequest, obj: Tenant) -> None:
        super().delete_model(request, obj)
        messages.info(request, _ERASING)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Tenant]) -> None:
        super().delete_queryset(request, queryset)
        messages.info(request, _ERASING)

    def save_model(self, request: HttpRequest, obj: Tenant, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change:
            follow_tenant(obj)
        if change and "retention_days" in form.changed_data:
            TicketStore(obj).apply_retention()
            messages.info(request, "The retention period now holds for the stored tickets and their history.")


REMEDY = "save it again on the tenant's own settings page as the helpdesk it is"


class SourceOfTenantForm(SourceForm):
    class Meta(SourceForm.Meta):
        fields = ["tenant", *SourceForm.Meta.fields]


@admin.register(Source)
class SourceAdmin(Searchable):
    form = SourceOfTenantForm
    list_display = ["tenant", "name", "kind", "url", "auth", "secret_state", "schedule", "enabled"]
    list_filter = ["kind", "enabled"]
    list_select_related = ["tenant"]
    search_fields = ["url"]
    actions = ["check_connection"]

    @admin.display(description="secret")
    def secret_state(self, source: Source) -> str:
        return "stored" if source.has_secret else "none"

    @admin.display(description="read every", ordering="every_minutes")
    def schedule(self, source: Source) -> str:
        return f"{source.every_minutes} min" if source.every_minutes else "no schedule"

    @admin.action(description="Check connection", permissions=["change"])
    def check_connection(self, request: HttpRequest, queryset: QuerySet[Source]) -> None:
        end = time.monotonic() + REQUEST_SECONDS
        for source in queryset.select_related("tenant"):
            left = end - time.monotonic()
            if left < 1:
                messages.warning(request, f"{source.tenant.slug}: not checked, the others took too long.")
                continue
            try:
                checked = check_in_time(source, seconds=left)
            except SourceError as error:
                messages.error(request, f"{source.tenant.slug}: {error}")
                continue
            level = messages.SUCCESS if not checked.problems else messages.WARNING
            level = level if checked.is_usable else messages.ERROR
            messages.add_message(request, level, f"{source.tenant.slug}: {checked}")

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:
        former = choose_name(obj, is_same=form.is_same_helpdesk)
        origin = save_source(obj, is_read_differently=form.needs_fresh_sync)
        for sentence in explain_change(obj.tenant, origin, former=former, remedy=REMEDY):
            messages.info(request, sentence)

    def delete_model(self, request: HttpRequest, obj: Source) -> None:
        remove_source(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Source]) -> None:
        for source in queryset.select_related("tenant"):
            remove_source(source)


class ChannelAdminForm(ChannelForm):
    class Meta(ChannelForm.Meta):
        fields = ["tenant", "kind", *ChannelForm.Meta.fields]


@admin.register(Channel)
class ChannelAdmin(Searchable):
    """Tenant and kind are chosen once: what is stored belongs to them. A secret that was made is shown once."""

    form = ChannelAdminForm
    list_display = ["name", "tenant", "kind", "address", "secret_state", "enabled"]
    list_filter = ["kind", "enabled"]
    list_select_related = ["tenant"]
    search_fields = ["name", "tenant__slug"]
    actions = ["send_test"]
    fields = [
        "tenant", "kind", "name", "address", "secret", "new_secret", "urgencies", "sentiments", "max_age_hours",
        "enabled",
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
        obj.made_secret = form.made_secret  # type: ignore[attr-defined]  # for this answer alone
        if form.new_addresses:
            report_confirmation_mails(request, send_confirmation_mails(obj, form.new_addresses, by=_person(request)))

    def response_add(self, request: HttpRequest, obj: Channel, post_url_continue: str | None = None) -> HttpResponse:
        return self._secret_page(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Channel) -> HttpResponse:
        return self._secret_page(request, obj) or super().response_change(request, obj)

    def _secret_page(self, request: HttpRequest, channel: Channel) -> HttpResponse | None:
        """A secret that was made, in this answer alone: a message would lie in a cookie until it is shown."""
        if not getattr(channel, "made_secret", ""):
            return None
        context = {**self.admin_site.each_context(request), "title": "The signing secret", "channel": channel}
        return answer_shown_once(request, "admin/secret_made.html", context)

    @admin.action(description="Send test", permissions=["change"])
    def send_test(self, request: HttpRequest, queryset: QuerySet[Channel]) -> None:
        for channel in queryset.select_related("tenant"):
            result = request_test(channel, by=_person(request))
            level = messages.SUCCESS if result.ok else messages.ERROR
            messages.add_message(request, level, f"{channel.tenant.slug}, {channel.name}: {result}")


class RuleAdminForm(RuleForm):
    class Meta(RuleForm.Meta):
        fields = ["tenant", *RuleForm.Meta.fields]


@admin.register(ClassificationRule)
class ClassificationRuleAdmin(Searchable):
    """The tenant is chosen once. The order is kept on the tenant's own page; a new rule is the last."""

    form = RuleAdminForm
    list_display = ["phrases", "tenant", "position", "effect", "enabled"]
    list_filter = ["enabled"]
    list_select_related = ["tenant"]
    search_fields = ["phrases", "tenant__slug"]
    ordering = ["tenant", "position"]

    def get_fields(self, request: HttpRequest, obj: ClassificationRule | None = None) -> Any:
        return RuleAdminForm.Meta.fields

    def get_readonly_fields(self, request: HttpRequest, obj: ClassificationRule | None = None) -> list[str]:
        return ["tenant"] if obj else []

    def save_model(self, request: HttpRequest, obj: ClassificationRule, form: Any, change: bool) -> None:
        store_rule(obj)

    def delete_model(self, request: HttpRequest, obj: ClassificationRule) -> None:
        delete_rule(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ClassificationRule]) -> None:
        for rule in queryset.select_related("tenant"):
            delete_rule(rule)


@admin.register(SavedView)
class SavedViewAdmin(Searchable):
    """The tenant is chosen once. The filter is read as the list reads its address, and written down anew."""

    list_display = ["name", "tenant", "position", "query"]
    list_select_related = ["tenant"]
    search_fields = ["name", "tenant__slug"]
    fields = ["tenant", "name", "query"]
    ordering = ["tenant", "position"]

    def get_readonly_fields(self, request: HttpRequest, obj: SavedView | None = None) -> list[str]:
        return ["tenant"] if obj else []


@admin.register(IngestionLog)
class IngestionLogAdmin(ReadOnlyAdmin):
    list_display = [
        "queued_at",
        "tenant_id",
        "status",
        "trigger",
        "started_by",
        "took",
        "in_words",
        "problem",
    ]
    list_filter = ["status", "trigger", "tenant_id"]
    search_fields = ["job_id", "tenant_id", "started_by"]
    search_help_text = "Job, tenant or who started it, or a part of it"
    fields = [
        "job_id", "tenant_id", "status", "trigger", "started_by", "queued_at", "started_at", "ended_at", "took",
        "processed_pages", "total_pages", "in_words", "problem", "options", "cancel_requested_at",
    ]  # fmt: skip

    @admin.display(description="took")
    def took(self, log: IngestionLog) -> str:
        if not isinstance(log.started_at, datetime) or not isinstance(log.ended_at, datetime):
            return "–"
        return format_seconds((log.ended_at - log.started_at).total_seconds())

    @admin.display(description="counts")
    def in_words(self, log: IngestionLog) -> str:
        words = {"new_ingested": "new", "foreign": "of other tenants refused"}
        return (
            ", ".join(
                f"{format_number(number)} {words.get(name, name)}"
                for name, number in (log.counts or {}).items()
                if number
            )
            or "–"
        )

    @admin.display(description="problem")
    def problem(self, log: IngestionLog) -> str:
        return next((each["message"] for each in (log.error, log.warning) if each), "")


@admin.register(TicketHistory)
class TicketHistoryAdmin(ReadOnlyAdmin):
    list_display = ["recorded_at", "tenant_id", "external_id", "action", "changed_fields"]
    list_filter = ["action", "tenant_id"]
    search_fields = ["external_id", "tenant_id", "job_id"]
    search_help_text = "Ticket, tenant or job, or a part of it"
    fields = ["tenant_id", "external_id", "action", "reason", "recorded_at", "job_id", "readable_changes"]

    @admin.display(description="fields")
    def changed_fields(self, entry: TicketHistory) -> str:
        return ", ".join(entry.changes or {})

    @admin.display(description="changes")
    def readable_changes(self, entry: TicketHistory) -> str:
        rows = [(name, _shown(change.get("old")), _shown(change.get("new"))) for name, change in entry.changes.items()]
        return render_to_string("admin/_changes.html", {"rows": rows})


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ["composed_at", "tenant_id", "status", "kind", "headline", "attempts", "last_said"]
    list_filter = ["status", "kind", "tenant_id"]
    search_fields = ["key", "tenant_id", "channel_id"]
    search_help_text = "Key, tenant or channel, or a part of it"
    fields = [
        "key", "tenant_id", "channel_id", "kind", "status", "headline", "ticket_ids", "composed_at", "next_attempt_at",
        "ended_at", "ended_by", "again_by", "again_at", "attempts", "readable_log",
    ]  # fmt: skip

    @admin.display(description="last answer")
    def last_said(self, delivery: Delivery) -> str:
        return delivery.log[-1]["note"][:120] if delivery.log else "–"

    @admin.display(description="tickets")
    def ticket_ids(self, delivery: Delivery) -> str:
        return ", ".join(each["ticket_id"] for each in delivery.tickets)

    @admin.display(description="attempts, the last ones")
    def readable_log(self, delivery: Delivery) -> str:
        return _attempts(delivery.log)


@admin.register(Circuit)
class CircuitAdmin(ReadOnlyAdmin):
    """Read-only but for closing one by a person's word."""

    list_display = ["name", "state", "opened_at", "failing_since", "well_since", "last_said"]
    list_filter = ["state"]
    search_fields = ["name"]
    fields = ["name", "state", "opened_at", "failing_since", "well_since", "readable_results"]
    actions = ["reset"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # The list's action asks for it; a page of one is for reading all the same.
        return obj is None and admin.ModelAdmin.has_change_permission(self, request)

    @admin.action(description="Reset: close at once", permissions=["change"])
    def reset(self, request: HttpRequest, queryset: QuerySet[Circuit]) -> None:
        for name in queryset.values_list("name", flat=True):
            CircuitBreaker(name).reset()
            wake_endpoint(name)
            logger.info("%s reset the circuit breaker of %s", request.user.get_username(), name)
            messages.success(request, f"{name} is closed again.")

    @admin.display(description="last answer")
    def last_said(self, circuit: Circuit) -> str:
        return circuit.results[-1]["note"][:120] if circuit.results else "–"

    @admin.display(description="last ten requests")
    def readable_results(self, circuit: Circuit) -> str:
        return _attempts(circuit.results)


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "the admin asks everybody to log in"
    return request.user


def _attempts(log: list[dict[str, Any]]) -> str:
    return render_to_string("admin/_attempts.html", {"attempts": log[::-1]})


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return format_exact_time(value)
    return value if isinstance(value, str) else json.dumps(value, default=str)
