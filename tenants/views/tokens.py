"""API tokens: those of a tenant, for its admins, and a user's own."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from supportsaas.web.rejected import Rejected
from tenants.access import (
    SignedInRequest,
    TenantAccess,
    TenantRequest,
    find_all_access,
    sign_in_required,
    tenant_required,
)
from tenants.accounts.password_again import AsksPasswordAgain
from tenants.api import tokens
from tenants.api.tokens import Lifetime, Scope
from tenants.models import ApiToken, Role, Tenant, User

ALL_MINE = ""


class TokenForm(AsksPasswordAgain, forms.Form):
    name = forms.CharField(label="Name", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    scope = forms.ChoiceField(label="Permission", choices=Scope.choices, initial=Scope.READ.value)
    lifetime = forms.ChoiceField(label="Expires after", choices=Lifetime.choices, initial=Lifetime.QUARTER.value)

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.ask_again(request)

    def create(self, user: User, tenant: Tenant | None) -> str:
        """The text of a new token, or "" and an error at its field."""
        values = self.cleaned_data
        try:
            _, text = tokens.create_token(
                user=user,
                tenant=tenant,
                name=values["name"],
                scope=Scope(values["scope"]),
                days=Lifetime(values["lifetime"]).days,
            )
        except Rejected as rejected:
            self.add_error(rejected.field, str(rejected))
            return ""
        return text


class MyTokenForm(TokenForm):
    tenant = forms.ChoiceField(label="Tenant", required=False)
    field_order = ["name", "tenant", "scope", "lifetime"]

    def __init__(self, request: HttpRequest, *args: Any, mine: list[TenantAccess], **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.tenants = {access.tenant.slug: access.tenant for access in mine}
        named = [(slug, tenant.name) for slug, tenant in self.tenants.items()]
        self.fields["tenant"].choices = [(ALL_MINE, "All my tenants"), *named]  # type: ignore[attr-defined]


@require_GET
@tenant_required(Role.ADMIN)
def show_tokens(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    return _tenant_page(request, access, TokenForm(request))


@never_cache
@require_POST
@tenant_required(Role.ADMIN)
def create_token(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    form = TokenForm(request, request.POST)
    made = form.create(request.user, access.tenant) if form.is_valid() else ""
    return _tenant_page(request, access, TokenForm(request) if made else form, made=made)


@require_POST
@tenant_required(Role.ADMIN)
def revoke_token(request: TenantRequest, access: TenantAccess, token_id: str) -> HttpResponse:
    _revoke(request, tokens.find_token(token_id, tenant=access.tenant))
    return redirect("settings-tokens", access.tenant.slug)


@require_GET
@sign_in_required
def show_my_tokens(request: SignedInRequest) -> HttpResponse:
    return _my_page(request, MyTokenForm(request, mine=find_all_access(request.user)))


@never_cache
@require_POST
@sign_in_required
def create_my_token(request: SignedInRequest) -> HttpResponse:
    mine = find_all_access(request.user)
    form = MyTokenForm(request, request.POST, mine=mine)
    made = form.create(request.user, form.tenants.get(form.cleaned_data["tenant"])) if form.is_valid() else ""
    return _my_page(request, MyTokenForm(request, mine=mine) if made else form, made=made)


@require_POST
@sign_in_required
def revoke_my_token(request: SignedInRequest, token_id: str) -> HttpResponse:
    _revoke(request, tokens.find_token(token_id, user=request.user))
    return redirect("my-tokens")


def _tenant_page(request: TenantRequest, access: TenantAccess, form: TokenForm, *, made: str = "") -> HttpResponse:
    context = {"listed": tokens.find_of_tenant(access.tenant), "of_tenant": access.tenant}
    return _page(request, "tenants/tokens.html", form, made, context)


def _my_page(request: SignedInRequest, form: TokenForm, *, made: str = "") -> HttpResponse:
    return _page(request, "tenants/my_tokens.html", form, made, {"listed": tokens.find_of_user(request.user)})


def _page(request: HttpRequest, template: str, form: TokenForm, made: str, context: dict[str, Any]) -> HttpResponse:
    """The text of a new token is only in this response. It is not stored, not even in a message."""
    listed = context.pop("listed")
    context |= {
        "form": form,
        "made": made,
        "live": [each for each in listed if each.is_live],
        "ended": [each for each in listed if not each.is_live],
    }
    return render(request, template, context, status=422 if form.errors else 200)


def _revoke(request: HttpRequest, token: ApiToken | None) -> None:
    if token is None:
        messages.error(request, "That token does not exist. Nothing was changed.")
    elif tokens.revoke_token(token):
        messages.success(request, f"Revoked “{token.name}”. Programs can no longer use it.")
    else:
        messages.warning(request, f"“{token.name}” was already revoked.")
