"""Tenants in the admin."""

from collections import Counter
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from supportsaas.db.model_transaction import in_transaction
from supportsaas.db.tenant_data import count_data
from supportsaas.formatting import format_number
from supportsaas.web.admin_search import Searchable
from tenants.admin import MembershipInline
from tenants.models import Tenant
from tickets import jobs
from tickets.admin.helpdesks import SourceInline
from tickets.alerts.retention import apply_retention
from tickets.ingestion.connecting import follow_tenant
from tickets.ingestion.worker import count_workers
from tickets.jobs import JobActive, JobRequest
from tickets.recount.opening_hours import follow_time_zone

_ERASING = "The tenant is no longer accessible. Workers now erase its data; its ID can be used again after that."
_KEPT = "From now on, no tickets are erased because of their age."
_KEPT_FOR_A_TIME = "Workers now erase tickets that are past the retention period, and their history."


def _queued(slugs: list[str]) -> str:
    """With a link to each tenant's progress."""
    links = [(reverse("ingestion", args=[each]), each) for each in slugs]
    return render_to_string("admin/_queued.html", {"links": links})


@admin.register(Tenant)
class TenantAdmin(Searchable):
    list_display = ["name", "slug", "timezone", "retention_days", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name", "slug"]
    inlines = [MembershipInline, SourceInline]
    actions = ["run_ingestion"]

    def get_readonly_fields(self, request: HttpRequest, obj: Tenant | None = None) -> list[str]:
        # Every stored ticket has the slug, so it cannot change.
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
            messages.success(request, _queued(started))
        if not count_workers():
            messages.warning(
                request, "No worker is running, so jobs wait in the queue. Start one with manage.py worker."
            )

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Also count the documents outside Django's tables, which will be erased, too."""
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
        def work() -> None:
            super(TenantAdmin, self).save_model(request, obj, form, change)
            if change and "timezone" in form.changed_data:
                follow_time_zone(obj)

        in_transaction(work)
        if change:
            follow_tenant(obj)
        if change and "retention_days" in form.changed_data:
            apply_retention(obj)
            messages.info(request, _KEPT if obj.retention_days is None else _KEPT_FOR_A_TIME)
