"""Runs and ticket histories in the admin, read-only."""

import json
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.template.loader import render_to_string

from supportsaas.formatting import format_exact_time, format_number, format_seconds
from supportsaas.web.read_only_admin import ReadOnlyAdmin
from tickets.models import IngestionLog, TicketHistory


@admin.register(IngestionLog)
class IngestionLogAdmin(ReadOnlyAdmin):
    list_display = [
        "queued_at",
        "tenant_id",
        "status",
        "trigger",
        "started_by",
        "duration",
        "count_summary",
        "problem",
    ]
    list_filter = ["status", "trigger", "tenant_id"]
    search_fields = ["job_id", "tenant_id", "started_by"]
    search_help_text = "All or part of a job, a tenant or a user"
    fields = [
        "job_id", "tenant_id", "status", "trigger", "started_by", "queued_at", "started_at", "ended_at", "duration",
        "processed_pages", "total_pages", "count_summary", "problem", "options", "cancel_requested_at",
    ]  # fmt: skip

    @admin.display(description="duration")
    def duration(self, log: IngestionLog) -> str:
        if not isinstance(log.started_at, datetime) or not isinstance(log.ended_at, datetime):
            return "–"
        return format_seconds((log.ended_at - log.started_at).total_seconds())

    @admin.display(description="counts")
    def count_summary(self, log: IngestionLog) -> str:
        words = {"new_ingested": "new", "foreign": "rejected from other tenants"}
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
    list_display = ["recorded_at", "tenant_id", "external_id", "action", "changed_fields", "reported"]
    list_filter = ["action", "tenant_id"]
    search_fields = ["external_id", "tenant_id", "job_id"]
    search_help_text = "All or part of a ticket, tenant or job ID"
    fields = ["tenant_id", "external_id", "action", "reason", "reported", "recorded_at", "job_id", "readable_changes"]

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


def _as_text(value: Any) -> str:
    if isinstance(value, datetime):
        return format_exact_time(value)
    return value if isinstance(value, str) else json.dumps(value, default=str)
