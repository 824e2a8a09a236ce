"""Helpdesk connections in the admin."""

import time
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import redirect

from supportsaas.web.admin_search import Searchable
from tenants.models import Tenant
from tickets.helpdesks import SourceError
from tickets.helpdesks.form import SourceForm
from tickets.helpdesks.model import Source
from tickets.ingestion.checking import REQUEST_SECONDS, check_in_time
from tickets.ingestion.connecting import remove_source, save_source
from tickets.ingestion.name_spaces import NameTaken, choose_name, explain_change

REMEDY = "save it again on the tenant's own settings page as the helpdesk it is"


class SourceOfTenantForm(SourceForm):
    class Meta(SourceForm.Meta):
        fields = ["tenant", "name", *SourceForm.Meta.fields]


if TYPE_CHECKING:  # Django's own class takes no parameters at run time
    _Inline = admin.TabularInline[Source, Tenant]
else:
    _Inline = admin.TabularInline


@admin.register(Source)
class SourceAdmin(Searchable):
    form = SourceOfTenantForm
    list_display = ["tenant", "name", "kind", "url", "auth", "secret_state", "schedule", "checked_at", "enabled"]
    list_filter = ["kind", "enabled"]
    list_select_related = ["tenant"]
    search_fields = ["name", "url", "tenant__slug"]
    actions = ["check_connection"]

    @admin.display(description="secret")
    def secret_state(self, source: Source) -> str:
        return "stored" if source.has_secret else "none"

    @admin.display(description="syncs every", ordering="every_minutes")
    def schedule(self, source: Source) -> str:
        return f"{source.every_minutes} min" if source.every_minutes else "no schedule"

    @admin.action(description="Check connection", permissions=["change"])
    def check_connection(self, request: HttpRequest, queryset: QuerySet[Source]) -> None:
        end = time.monotonic() + REQUEST_SECONDS
        for source in queryset.select_related("tenant"):
            left = end - time.monotonic()
            if left < 1:
                messages.warning(request, f"{_label(source)}: not checked, the others took too long.")
                continue
            try:
                checked = check_in_time(source, seconds=left)
            except SourceError as error:
                messages.error(request, f"{_label(source)}: {error}")
                continue
            level = messages.SUCCESS if not checked.problems else messages.WARNING
            level = level if checked.is_usable else messages.ERROR
            messages.add_message(request, level, f"{_label(source)}: {checked}")

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> list[str]:
        # Ticket ids may start with the name.
        return ["name", "checked_at", "check_problem"] if obj else []

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except NameTaken as error:
            messages.error(request, f"Nothing was saved. {error}")
            return redirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:
        former = choose_name(obj, is_same=form.is_same_helpdesk, name="" if change else form.cleaned_data["name"])
        origin = save_source(obj, is_read_differently=form.needs_fresh_sync)
        for sentence in explain_change(obj.tenant, origin, former=former, remedy=REMEDY):
            messages.info(request, sentence)

    def delete_model(self, request: HttpRequest, obj: Source) -> None:
        remove_source(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Source]) -> None:
        for source in queryset.select_related("tenant"):
            remove_source(source)


class SourceInline(_Inline):
    """The connections of a tenant, to look at; each links to its own page, where the key is kept with care."""

    model = Source
    verbose_name_plural = "helpdesk connections"
    fields = ("name", "kind", "url", "every_minutes", "checked_at", "enabled")
    readonly_fields = fields
    ordering = ["pk"]
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _label(source: Source) -> str:
    """“acme”, or “acme, second” for a named connection."""
    return f"{source.tenant.slug}, {source.name}" if source.name else source.tenant.slug
