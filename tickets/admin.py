"""The Django admin's part that runs and checks things, and the read-only audit logs."""

import json
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from supportsaas.read_only_admin import ReadOnlyAdmin
from tenants.admin import ChannelAdmin, SourceAdmin, TenantAdmin
from tenants.models import Channel, Source, Tenant
from tickets import jobs
from tickets.ingestion.sync_state import forget_state
from tickets.jobs import JobActive, JobRequest
from tickets.models import IngestionLog, TicketHistory
from tickets.notifications.trying_out import send_test
from tickets.sources import SourceError, open_source
from tickets.store import TicketStore
from tickets.worker import count_workers


@admin.register(Tenant)
class IngestingTenantAdmin(TenantAdmin):
    actions = ["run_ingestion"]

    @admin.action(description="Run ingestion")
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

    def save_model(self, request: HttpRequest, obj: Tenant, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "retention_days" in form.changed_data:
            TicketStore(obj).apply_retention()
            messages.info(request, "The retention period now holds for the stored tickets and their history.")


@admin.register(Source)
class CheckedSourceAdmin(SourceAdmin):
    actions = ["check_connection"]

    @admin.action(description="Check connection")
    def check_connection(self, request: HttpRequest, queryset: QuerySet[Source]) -> None:
        for source in queryset.select_related("tenant"):
            try:
                opened = open_source(source)
                try:
                    messages.success(request, f"{source.tenant.slug}: {opened.check()}")
                finally:
                    opened.close()
            except SourceError as error:
                messages.error(request, f"{source.tenant.slug}: {error}")

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if set(form.changed_data) - {"every_minutes"}:
            forget_state(obj.tenant)


@admin.register(Channel)
class TriedChannelAdmin(ChannelAdmin):
    actions = ["send_test"]

    @admin.action(description="Send a test")
    def send_test(self, request: HttpRequest, queryset: QuerySet[Channel]) -> None:
        for channel in queryset.select_related("tenant"):
            result = send_test(channel, started_by=request.user.get_username())
            level = messages.SUCCESS if result.ok else messages.ERROR
            messages.add_message(request, level, f"{channel.tenant.slug}, {channel.name}: {result}")


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
    search_fields = ["=job_id", "=tenant_id", "started_by"]
    search_help_text = "Job, tenant or who started it"
    fields = [
        "job_id", "tenant_id", "status", "trigger", "started_by", "queued_at", "started_at", "ended_at", "took",
        "processed_pages", "total_pages", "in_words", "problem", "options", "cancel_requested_at",
    ]  # fmt: skip

    @admin.display(description="took")
    def took(self, log: IngestionLog) -> str:
        if not isinstance(log.started_at, datetime) or not isinstance(log.ended_at, datetime):
            return "–"
        return f"{(log.ended_at - log.started_at).total_seconds():.1f} s"

    @admin.display(description="counts")
    def in_words(self, log: IngestionLog) -> str:
        words = {"new_ingested": "new", "foreign": "of other tenants refused"}
        return (
            ", ".join(f"{number:,} {words.get(name, name)}" for name, number in (log.counts or {}).items() if number)
            or "–"
        )

    @admin.display(description="problem")
    def problem(self, log: IngestionLog) -> str:
        return next((each["message"] for each in (log.error, log.warning) if each), "")


@admin.register(TicketHistory)
class TicketHistoryAdmin(ReadOnlyAdmin):
    list_display = ["recorded_at", "tenant_id", "external_id", "action", "changed_fields"]
    list_filter = ["action", "tenant_id"]
    search_fields = ["=external_id", "=tenant_id", "=job_id"]
    search_help_text = "Ticket, tenant or job, exactly"
    fields = ["tenant_id", "external_id", "action", "recorded_at", "job_id", "readable_changes"]

    @admin.display(description="fields")
    def changed_fields(self, entry: TicketHistory) -> str:
        return ", ".join(entry.changes or {})

    @admin.display(description="changes")
    def readable_changes(self, entry: TicketHistory) -> SafeString:
        rows = ((name, _shown(change.get("old")), _shown(change.get("new"))) for name, change in entry.changes.items())
        body = format_html_join("", "<tr><th>{}</th><td>{}</td><td>{}</td></tr>", rows)
        return format_html("<table><tr><th>Field</th><th>Before</th><th>After</th></tr>{}</table>", body)


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    return value if isinstance(value, str) else json.dumps(value, default=str)
