"""Users, members, tokens and the audit log in the Django admin. `tickets.admin` has the tenants and their actions."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers

from supportsaas import clock
from supportsaas.formatting import format_count, format_exact_time
from supportsaas.web.admin_filters import PeriodFilter
from supportsaas.web.admin_search import Searchable
from tenants.accounts.password_again import AsksPasswordAgain, has_just_confirmed
from tenants.api.tokens import Lifetime
from tenants.audit.audit_log import AuditEntry
from tenants.credentials.second_factor import remove
from tenants.credentials.sessions import end_sessions
from tenants.log_admin import TenantFilter, TenantLogAdmin
from tenants.models import ApiToken, Membership, Role, Tenant, User

admin.site.site_header = "SupportSaaS administration"
admin.site.site_title = "SupportSaaS"
admin.site.index_title = "Tenants, users and logs"
admin.site.site_url = "/"


if TYPE_CHECKING:  # Django's own classes take no parameters at run time
    _TenantInline = admin.TabularInline[Membership, Tenant]
    _UserInline = admin.TabularInline[Membership, User]
    _UserAdmin = DjangoUserAdmin[User]
    _TokenForm = forms.ModelForm[ApiToken]
else:
    _TenantInline = _UserInline = admin.TabularInline
    _UserAdmin = DjangoUserAdmin
    _TokenForm = forms.ModelForm


class MembershipInline(_TenantInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["user"]


class UserMembershipInline(_UserInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["tenant"]


@admin.register(User)
class UserAdmin(Searchable, _UserAdmin):
    """Only superusers grant rights, and only they change users with rights, so other staff cannot gain any."""

    inlines = [UserMembershipInline]
    list_display = ["username", "email", "is_active", "is_staff", "is_superuser", "last_login"]
    actions = ["turn_off_second_factor", "sign_out"]

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        found = super().get_fieldsets(request, obj)
        if _is_superuser(request):
            return found
        return [(title, {**parts, "fields": _without(parts["fields"], RIGHTS)}) for title, parts in found]

    def get_exclude(self, request: HttpRequest, obj: User | None = None) -> Any:
        return () if _is_superuser(request) else RIGHTS

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_change(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_change(request, obj)

    @admin.action(description="Turn off two-factor authentication (lost phone)", permissions=["change"])
    def turn_off_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        removed = [user.get_username() for user in self._changeable(request, queryset) if remove(user)]
        messages.success(request, f"Two-factor authentication turned off for: {', '.join(removed) or 'nobody'}.")

    @admin.action(description="Sign out everywhere", permissions=["change"])
    def sign_out(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        ended = sum(end_sessions(user) for user in self._changeable(request, queryset))
        messages.success(
            request, f"{format_count(ended, 'session')} ended. Tokens still work. Revoke them under API tokens."
        )

    def _changeable(self, request: HttpRequest, queryset: QuerySet[User]) -> list[User]:
        found = [user for user in queryset if _may_change(request, user)]
        if len(found) < queryset.count():
            messages.warning(request, "Superusers and other staff were not changed: only a superuser can change them.")
        return found


RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


def _is_superuser(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.is_superuser


def _without(fields: Iterable[Any], left_out: Collection[str]) -> list[Any]:
    return [field for field in fields if field not in left_out]


def _may_change(request: HttpRequest, person: User | None) -> bool:
    """Superusers may change everybody; other staff only themselves and users without admin rights."""
    if _is_superuser(request) or person is None:
        return True
    return not person.is_superuser and (not person.is_staff or person.pk == request.user.pk)


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(Searchable, DjangoGroupAdmin):
    """Groups grant rights, so only superusers change them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return _is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return _is_superuser(request)


def answer_shown_once(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A page with a secret, which must not be cached."""
    response = TemplateResponse(request, template, context)
    add_never_cache_headers(response)
    return response


@admin.register(Membership)
class MembershipAdmin(Searchable):
    list_display = ["user", "tenant", "role"]
    list_filter = ["role"]
    list_select_related = ["user", "tenant"]
    autocomplete_fields = ["user", "tenant"]


class NewTokenForm(AsksPasswordAgain, _TokenForm):
    """Asks for a lifetime, which may be unlimited."""

    request: HttpRequest

    lifetime = forms.ChoiceField(choices=Lifetime.choices, initial=Lifetime.QUARTER.value)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask_again(self.request)

    def save(self, commit: bool = True) -> ApiToken:
        token: ApiToken = super().save(commit=False)
        days = Lifetime(self.cleaned_data["lifetime"]).days
        token.expires_at = clock.now() + timedelta(days=days) if days else None
        return token


@admin.register(ApiToken)
class ApiTokenAdmin(Searchable):
    """Creating a token shows its text once, in the response. Only its hash is stored.

    Staff who are not superusers create tokens for themselves, and change and revoke only their own: a token never allows
    more than its user may do.
    """

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
        if obj is not None:
            return ["name", "user", "tenant", "role", "limit", "expires_at", "revoked_at", "created_at", "last_used_at"]
        whose = ["user"] if _is_superuser(request) else []
        again = [] if has_just_confirmed(request) else ["password"]
        return ["name", *whose, "tenant", "role", "limit", "lifetime", *again]

    def get_readonly_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> list[str]:
        # A program already uses the token, so its user and tenant cannot change.
        return ["user", "tenant", "revoked_at", "created_at", "last_used_at"] if obj else []

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        is_theirs = obj is None or _is_superuser(request) or obj.user_id == request.user.pk
        return super().has_change_permission(request, obj) and is_theirs

    def get_form(self, request: HttpRequest, obj: ApiToken | None = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        fields = _without(self.get_fields(request), ["password"])  # not a field of the model
        made: Any = super().get_form(request, obj, change, **{**kwargs, "form": NewTokenForm, "fields": fields})
        made.request = request
        return made

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        if not _is_superuser(request):
            assert isinstance(request.user, User)
            obj.user = request.user
        token, text = ApiToken.issue(
            name=obj.name,
            user=obj.user,
            tenant=obj.tenant,
            role=Role(obj.role),
            expires_at=obj.expires_at,
            limit=obj.limit,
        )
        obj.pk = token.pk
        obj.text = text  # type: ignore[attr-defined]  # only for this response

    def response_add(self, request: HttpRequest, obj: ApiToken, post_url_continue: str | None = None) -> HttpResponse:
        """Show the token here. A message would be stored in a cookie or the session."""
        context = {**self.admin_site.each_context(request), "title": "Token created", "token": obj}
        return answer_shown_once(request, "admin/token_made.html", context)

    @admin.action(description="Revoke", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> HttpResponse | None:
        """Asks for confirmation: programs lose access at once."""
        live = queryset.filter(revoked_at=None)
        if not _is_superuser(request):
            mine = live.filter(user=request.user)
            if mine.count() < live.count():
                messages.warning(request, "Tokens of other users were not revoked: only a superuser can revoke them.")
            live = mine
        if "confirmed" not in request.POST:
            context = {**self.admin_site.each_context(request), "title": "Revoke these tokens?", "tokens": live}
            return TemplateResponse(request, "admin/revoke_tokens.html", context)
        ended = live.update(revoked_at=clock.now())
        messages.success(request, f"{format_count(ended, 'token')} revoked.")
        return None


@admin.register(AuditEntry)
class AuditEntryAdmin(TenantLogAdmin):
    tenant_field = "tenant_slug"
    period_field = "recorded_at"
    list_display = ["recorded", "actor", "action", "kind", "name", "tenant_link", "changed_fields"]
    list_filter = [PeriodFilter, TenantFilter, "action", "via"]
    search_fields = ["actor", "tenant_slug", "object_id", "name", "kind"]
    search_help_text = "All or part of an actor, a tenant’s ID or name, the object’s name or ID, or its kind"
    ordering = ["-recorded_at"]
    fields = [
        "recorded",
        "actor",
        "via",
        "address",
        "action",
        "kind",
        "name",
        "object_id",
        "tenant_link",
        "readable",
    ]

    @admin.display(description="recorded at", ordering="recorded_at")
    def recorded(self, entry: AuditEntry) -> str:
        return format_exact_time(entry.recorded_at)

    @admin.display(description="fields")
    def changed_fields(self, entry: AuditEntry) -> str:
        return ", ".join(entry.changes) if entry.action == "changed" else "–"

    @admin.display(description="changes")
    def readable(self, entry: AuditEntry) -> str:
        rows = [(name, change["old"], change["new"]) for name, change in entry.changes.items()]
        return render_to_string("admin/_changes.html", {"rows": rows})
