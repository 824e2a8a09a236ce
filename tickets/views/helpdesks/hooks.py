"""Webhooks: the address that helpdesks call, and the settings page on which it is turned on."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from supportsaas.crypto import SecretUnreadable
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role
from tickets.helpdesks import presets
from tickets.helpdesks.hook_model import Hook
from tickets.helpdesks.model import Source, SourceKind
from tickets.helpdesks.presets.preset import Webhook
from tickets.ingestion.hook_calls import receive_call

LONGEST_SECRET = 500


@csrf_exempt
@require_POST
def receive(request: HttpRequest, connection: str, token: str) -> HttpResponse:
    """Called by helpdesks. A wrong address is 404, a wrong signature 401; nothing of the body is stored."""
    result = receive_call(connection, token, headers=request.headers, body=request.body)
    if result == "unknown":
        return JsonResponse({"detail": "There is no such webhook."}, status=404)
    if result == "unsigned":
        return JsonResponse({"detail": "The signature is missing, wrong or too old."}, status=401)
    return JsonResponse({"status": "accepted"}, status=202)


@dataclass(frozen=True, slots=True)
class HookRow:
    """A connection and its webhook; `recipe` is how its kind signs, if it does."""

    source: Source
    hook: Hook | None
    recipe: Webhook | None
    address: str
    secret: str

    @property
    def is_mailbox(self) -> bool:
        return self.source.kind == SourceKind.IMAP


@require_GET
@tenant_required(Role.ADMIN)
def show_hooks(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    sources = Source.objects.filter(tenant=access.tenant).order_by("name")
    rows = [_row(request, source) for source in sources]
    return render(request, "helpdesks/hooks.html", {"rows": rows})


@require_POST
@tenant_required(Role.ADMIN)
def turn_on(request: TenantRequest, access: TenantAccess, source_id: str) -> HttpResponse:
    """Turn the webhook on, or give it a new address."""
    Hook.turn_on(_source(access, source_id))
    messages.success(request, "The webhook is on. Enter its address in your helpdesk.")
    return redirect("settings-hooks", access.tenant.slug)


@require_POST
@tenant_required(Role.ADMIN)
def turn_off(request: TenantRequest, access: TenantAccess, source_id: str) -> HttpResponse:
    hook = Hook.objects.filter(source=_source(access, source_id)).first()
    if hook is not None:
        hook.delete()
    messages.success(request, "The webhook is off. Its address no longer works.")
    return redirect("settings-hooks", access.tenant.slug)


@require_POST
@tenant_required(Role.ADMIN)
def change_secret(request: TenantRequest, access: TenantAccess, source_id: str) -> HttpResponse:
    """Keep the signing secret that the helpdesk has made up itself."""
    hook = Hook.objects.filter(source=_source(access, source_id)).first()
    secret = request.POST.get("secret", "").strip()
    if hook is None or not secret or len(secret) > LONGEST_SECRET:
        messages.error(request, f"Enter the signing secret, at most {LONGEST_SECRET} characters.")
    else:
        hook.set_secret(secret)
        hook.save(update_fields=["encrypted_secret"])  # a call may have come in meanwhile
        messages.success(request, "Signing secret saved.")
    return redirect("settings-hooks", access.tenant.slug)


def _source(access: TenantAccess, source_id: str) -> Source:
    """One of the tenant's own connections."""
    sources: list[Source] = list(Source.objects.filter(tenant=access.tenant).select_related("tenant"))
    for source in sources:
        if str(source.pk) == source_id:
            return source
    raise Http404("There is no such connection.")


def _row(request: HttpRequest, source: Source) -> HookRow:
    hook: Any = Hook.objects.filter(source=source).first()
    preset = presets.find(source.kind)
    recipe = preset.webhook if preset else None
    if hook is None:
        return HookRow(source, None, recipe, "", "")
    try:
        return HookRow(source, hook, recipe, request.build_absolute_uri(hook.path), hook.secret)
    except SecretUnreadable:
        return HookRow(source, hook, recipe, "", "")
