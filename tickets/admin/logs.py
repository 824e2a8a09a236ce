"""Runs and ticket histories in the admin, read-only."""

import json
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import admin
from django.template.loader import render_to_string
from django.urls import reverse

from supportsaas.formatting import format_exact_time, format_number, format_seconds
from supportsaas.web.admin_filters import PeriodFilter
from tenants.log_admin import TenantFilter, TenantLogAdmin, link, links
from tickets.models import IngestionLog, TicketHistory

COUNT_WORDS: Final = {
    "new_ingested": ("new", "new"),
    "foreign": ("rejected from other tenants", "rejected from other tenants"),
    "quarantined": ("rejected", "rejected"),
    "errors": ("error", "errors"),
}
KIND_WORDS: Final = {"sync": "Sync", "retry": "Retry of rejected records", "import": "File import"}


@admin.register(IngestionLog)
class IngestionLogAdmin(TenantLogAdmin):
    period_field = "queued_at"
    list_display = ["queued", "tenant_link", "state", "trigger", "started_by", "duration", "count_summary", "problem"]
    list_filter = [PeriodFilter, TenantFilter, "status", "trigger"]
    search_fields = ["job_id", "tenant_id", "started_by"]
    search_help_text = "All or part of a job, a tenant’s ID or name, or a user"
    fields = [
        "job_id", "tenant_link", "state", "trigger", "started_by", "queued", "started", "ended", "duration",
        "processed_pages", "total_pages", "count_summary", "problem", "option_words", "cancelled", "related",
    ]  # fmt: skip

    @admin.display(description="queued at", ordering="queued_at")
    def queued(self, log: IngestionLog) -> str:
        return _time(log.queued_at)

    @admin.display(description="started at")
    def started(self, log: IngestionLog) -> str:
        return _time(log.started_at)

    @admin.display(description="ended at")
    def ended(self, log: IngestionLog) -> str:
        return _time(log.ended_at)

    @admin.display(description="cancel requested at")
    def cancelled(self, log: IngestionLog) -> str:
        return _time(log.cancel_requested_at)

    @admin.display(description="duration")
    def duration(self, log: IngestionLog) -> str:
        if not isinstance(log.started_at, datetime) or not isinstance(log.ended_at, datetime):
            return "–"
        return format_seconds((log.ended_at - log.started_at).total_seconds())

    @admin.display(description="counts")
    def count_summary(self, log: IngestionLog) -> str:
        return (
            ", ".join(
                f"{format_number(number)} {COUNT_WORDS.get(name, (name, name))[number != 1]}"
                for name, number in (log.counts or {}).items()
                if number
            )
            or "–"
        )

    @admin.display(description="problem")
    def problem(self, log: IngestionLog) -> str:
        return next((each["message"] for each in (log.error, log.warning) if each), "")

    @admin.display(description="options")
    def option_words(self, log: IngestionLog) -> str:
        """“Sync, everything, changes since 2026-11-29 00:00:00 UTC”."""
        options = log.options or {}
        kind = str(options.get("kind") or "sync")
        words = [KIND_WORDS.get(kind, kind)]
        if options.get("full"):
            words.append("everything")
        if isinstance(options.get("since"), datetime):
            words.append(f"changes since {_time(options['since'])}")
        if options.get("confirm_deletions"):
            words.append("deletions confirmed")
        for name, singular in (("records", "chosen record"), ("connections", "chosen connection")):
            if number := len(options.get(name) or ()):
                words.append(f"{format_number(number)} {singular}{'s' if number != 1 else ''}")
        return ", ".join(words)

    @admin.display(description="see also")
    def related(self, log: IngestionLog) -> str:
        changes = f"{reverse('admin:tickets_tickethistory_changelist')}?{urlencode({'job_id': log.job_id})}"
        found = [
            (changes, "Changes of this run"),
            (reverse("ingestion", args=[log.tenant_id]), "Runs of the tenant"),
            (reverse("quarantine", args=[log.tenant_id]), "Rejected records of the tenant"),
        ]
        return links(found, between=" · ")


@admin.register(TicketHistory)
class TicketHistoryAdmin(TenantLogAdmin):
    period_field = "recorded_at"
    list_display = ["recorded", "tenant_link", "external_id", "action", "changed_fields", "reported"]
    list_filter = [PeriodFilter, TenantFilter, "action"]
    search_fields = ["external_id", "tenant_id", "job_id"]
    search_help_text = "All or part of a ticket, job, or a tenant’s ID or name"
    fields = [
        "tenant_link", "ticket", "action", "reason", "reported", "recorded", "run", "readable_changes",
    ]  # fmt: skip

    @admin.display(description="recorded at", ordering="recorded_at")
    def recorded(self, entry: TicketHistory) -> str:
        return _time(entry.recorded_at)

    @admin.display(description="ticket")
    def ticket(self, entry: TicketHistory) -> str:
        return link(reverse("ticket", args=[entry.tenant_id, entry.external_id]), entry.external_id)

    @admin.display(description="job")
    def run(self, entry: TicketHistory) -> str:
        if not entry.job_id:
            return "–"
        return link(reverse("admin:tickets_ingestionlog_change", args=[entry.job_id]), entry.job_id)

    @admin.display(description="reported by")
    def reported(self, entry: TicketHistory) -> str:
        """The helpdesk, and who changed it there; a dash for what a run noticed itself."""
        if not entry.told_by:
            return "–"
        return f"{entry.told_by}, by {entry.author}" if entry.author else entry.told_by

    @admin.display(description="fields")
    def changed_fields(self, entry: TicketHistory) -> str:
        return ", ".join(entry.changes or {})

    @admin.display(description="changes")
    def readable_changes(self, entry: TicketHistory) -> str:
        rows = [
            (name, _as_text(change.get("old")), _as_text(change.get("new"))) for name, change in entry.changes.items()
        ]
        return render_to_string("admin/_changes.html", {"rows": rows})


def _time(moment: datetime | None) -> str:
    return format_exact_time(moment) if moment else "–"


def _as_text(value: Any) -> str:
    if isinstance(value, datetime):
        return format_exact_time(value)
    return value if isinstance(value, str) else json.dumps(value, default=str)
