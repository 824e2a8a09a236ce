"""The Django admin's view of people, members and tokens; tickets.admin adds what runs ingestion."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from supportsaas import clock
from supportsaas.read_only_admin import ReadOnlyAdmin
from tenants.audit import AuditEntry
from tenants.channel_form import ChannelForm
from tenants.models import ApiToken, Channel, ChannelKind, Membership, Role, Source, Tenant, User
from tenants.second_factor import take_off
from tenants.sessions import end_sessions
from tenants.source_form import SourceForm
from tenants.tokens import Lifetime

admin.site.site_header = "SupportSaaS administration"
admin.site.site_title = "SupportSaaS"
admin.site.index_title = "Tenants, people and logs"
admin.site.site_url = "/"


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["user"]


class UserMembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["tenant"]


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    inlines = [UserMembershipInline]
    list_display = ["username", "email", "is_active", "is_staff", "is_superuser", "last_login"]
    actions = ["take_off_second_factor", "log_out"]

    @admin.action(description="Turn off two-factor log-in (a lost phone)", permissions=["change"])
    def take_off_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        taken = [user.get_username() for user in queryset if take_off(user)]
        messages.success(request, f"Logs in by password alone now: {', '.join(taken) or 'nobody new'}.")

    @admin.action(description="Log out everywhere", permissions=["change"])
    def log_out(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        messages.success(request, f"{sum(end_sessions(user) for user in queryset)} sessions ended.")


class TenantAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "timezone", "retention_days", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name", "slug"]
    inlines = [MembershipInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Tenant | None = None) -> list[str]:
        # Every stored ticket carries the slug, so it is chosen once.
        return ["slug", "created_at"] if obj else []


class SourceOfTenantForm(SourceForm):
    class Meta(SourceForm.Meta):
        fields = ["tenant", *SourceForm.Meta.fields]


class SourceAdmin(admin.ModelAdmin):
    form = SourceOfTenantForm
    list_display = ["tenant", "kind", "url", "auth", "secret_state", "schedule", "enabled"]
    list_filter = ["kind", "enabled"]
    list_select_related = ["tenant"]
    search_fields = ["url"]

    @admin.display(description="secret")
    def secret_state(self, source: Source) -> str:
        return "stored" if source.has_secret else "none"

    @admin.display(description="read every", ordering="every_minutes")
    def schedule(self, source: Source) -> str:
        return f"{source.every_minutes} min" if source.every_minutes else "no schedule"


class ChannelAdminForm(ChannelForm):
    class Meta(ChannelForm.Meta):
        fields = ["tenant", "kind", *ChannelForm.Meta.fields]


class ChannelAdmin(admin.ModelAdmin):
    """Tenant and kind are chosen once: what is stored belongs to them. A secret that was made is shown once."""

    form = ChannelAdminForm
    list_display = ["name", "tenant", "kind", "address", "secret_state", "enabled"]
    list_filter = ["kind", "enabled"]
    list_select_related = ["tenant"]
    search_fields = ["name", "tenant__slug"]
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
        if form.made_secret:
            messages.warning(request, f"The signing secret, shown this once: {form.made_secret}")


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    list_display = ["user", "tenant", "role"]
    list_filter = ["role"]
    list_select_related = ["user", "tenant"]
    autocomplete_fields = ["user", "tenant"]


class NewTokenForm(forms.ModelForm):
    """Its lifetime is chosen, also where that is none."""

    lifetime = forms.ChoiceField(choices=Lifetime.choices, initial=Lifetime.QUARTER.value)

    def save(self, commit: bool = True) -> ApiToken:
        token: ApiToken = super().save(commit=False)
        days = Lifetime(self.cleaned_data["lifetime"]).days
        token.expires_at = clock.now() + timedelta(days=days) if days else None
        return token


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):
    """Making one shows its text once, in the answer to saving; later there is only its hash."""

    list_display = [
        "name",
        "user",
        "tenant",
        "role",
        "created_at",
        "expires_at",
        "revoked_at",
        "last_used_at",
    ]
    list_filter = ["role"]
    list_select_related = ["user", "tenant"]
    search_fields = ["name"]
    autocomplete_fields = ["user", "tenant"]
    actions = ["revoke"]

    def get_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> Any:
        ending = ["expires_at", "revoked_at", "created_at", "last_used_at"] if obj else ["lifetime"]
        return ["name", "user", "tenant", "role", "limit", *ending]

    def get_readonly_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> list[str]:
        # A program has it already: whose it is and where it leads stays as it was handed out.
        return ["user", "tenant", "revoked_at", "created_at", "last_used_at"] if obj else []

    def get_form(self, request: HttpRequest, obj: ApiToken | None = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **({"form": NewTokenForm, **kwargs} if obj is None else kwargs))

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        token, text = ApiToken.issue(
            name=obj.name,
            user=obj.user,
            tenant=obj.tenant,
            role=Role(obj.role),
            expires_at=obj.expires_at,
            limit=obj.limit,
        )
        obj.pk = token.pk
        obj.text = text  # type: ignore[attr-defined]  # for this answer alone

    def response_add(self, request: HttpRequest, obj: ApiToken, post_url_continue: str | None = None) -> HttpResponse:
        """Not by a message: that would lie in a cookie or the session until it is shown."""
        context = {**self.admin_site.each_context(request), "title": "The token is ready", "token": obj}
        response = TemplateResponse(request, "admin/token_made.html", context)
        add_never_cache_headers(response)
        return response

    @admin.action(description="Revoke", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> HttpResponse | None:
        """Asks once; a program that uses one gets no answer from then on."""
        live = queryset.filter(revoked_at=None)
        if "confirmed" not in request.POST:
            context = {**self.admin_site.each_context(request), "title": "Revoke these tokens?", "tokens": live}
            return TemplateResponse(request, "admin/revoke_tokens.html", context)
        ended = live.update(revoked_at=clock.now())
        messages.success(request, f"{ended} revoked.")
        return None


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ["recorded_at", "actor", "action", "kind", "name", "tenant_slug", "changed_fields"]
    list_filter = ["action", "kind", "via", "tenant_slug"]
    search_fields = ["=actor", "=tenant_slug", "=object_id"]
    search_help_text = "Who, tenant or id of the object, exactly"
    ordering = ["-recorded_at"]
    fields = [
        "recorded_at",
        "actor",
        "via",
        "address",
        "action",
        "kind",
        "name",
        "object_id",
        "tenant_slug",
        "readable",
    ]

    @admin.display(description="fields")
    def changed_fields(self, entry: AuditEntry) -> str:
        return ", ".join(entry.changes) if entry.action == "changed" else "–"

    @admin.display(description="changes")
    def readable(self, entry: AuditEntry) -> SafeString:
        rows = ((name, change["old"], change["new"]) for name, change in entry.changes.items())
        body = format_html_join("", "<tr><th>{}</th><td><bdi>{}</bdi></td><td><bdi>{}</bdi></td></tr>", rows)
        return format_html("<table><tr><th>Field</th><th>Before</th><th>After</th></tr>{}</table>", body)
