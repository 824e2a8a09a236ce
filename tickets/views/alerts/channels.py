"""The settings pages of a tenant's alert channels: add, edit, turn on and off, test, delete."""

import logging
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from supportsaas import clock
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role
from tickets.alerts.composing import release_held
from tickets.alerts.confirming import send_confirmation_mails
from tickets.alerts.form import ChannelForm
from tickets.alerts.model import Channel, ChannelKind
from tickets.alerts.test_send import request_test
from tickets.views.alerts.channel_addresses import report_confirmation_mails
from tickets.views.alerts.channel_state import find_shown_channel, find_shown_channels

logger = logging.getLogger(__name__)


@require_GET
@tenant_required(Role.ADMIN)
def show_channels(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    now = clock.now()
    context = {
        "channels": find_shown_channels(access.tenant, now=now),
        "kinds": ChannelKind.choices,
        "now": now,
        "has_public_url": settings.PUBLIC_URL_IS_SET,
    }
    return render(request, "alerts/channels.html", context)


@require_http_methods(["GET", "POST"])
@tenant_required(Role.ADMIN)
def add_channel(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """The form for the kind in `?kind=`. If a secret is generated, the response shows it once."""
    kind = request.GET.get("kind", "")
    if kind not in ChannelKind.values:
        kind = ChannelKind.SLACK.value
    form = ChannelForm(request.POST or None, tenant=access.tenant, kind=kind)
    if request.method == "POST" and form.is_valid():
        return _saved(request, access, form)
    return _form_page(request, form, {"kind": kind, "kinds": ChannelKind.choices})


@require_http_methods(["GET", "POST"])
@tenant_required(Role.ADMIN)
def change_channel(request: TenantRequest, access: TenantAccess, channel_id: str) -> HttpResponse:
    channel = access.find_or_404(Channel, channel_id)
    form = ChannelForm(request.POST or None, instance=channel)
    if request.method == "POST" and form.is_valid():
        return _saved(request, access, form)
    # The page's title shows the stored name, not invalid input.
    stored = access.find_or_404(Channel, channel_id)
    now = clock.now()
    return _form_page(request, form, {"channel": stored, "shown": find_shown_channel(stored, now=now), "now": now})


@require_POST
@tenant_required(Role.ADMIN)
def switch_channel(request: TenantRequest, access: TenantAccess, channel_id: str) -> HttpResponse:
    """Turn the channel on or off as the button says (`enabled`), so that a double click is harmless."""
    channel = access.find_or_404(Channel, channel_id)
    channel.enabled = request.POST.get("enabled") == "1"
    channel.save(update_fields=["enabled"])
    text = "is on." if channel.enabled else "is off. Due alerts wait."
    messages.success(request, f"“{channel.name}” {text}")
    return redirect("settings-channels", access.tenant.slug)


@require_POST
@tenant_required(Role.ADMIN)
def delete_channel(request: TenantRequest, access: TenantAccess, channel_id: str) -> HttpResponse:
    channel = access.find_or_404(Channel, channel_id)
    name = channel.name
    channel.delete()
    messages.success(request, f"“{name}” deleted.")
    return redirect("settings-channels", access.tenant.slug)


@require_POST
@tenant_required(Role.ADMIN)
def test_channel(request: TenantRequest, access: TenantAccess, channel_id: str) -> HttpResponse:
    result = request_test(access.find_or_404(Channel, channel_id), by=request.user)
    (messages.success if result.ok else messages.error)(request, str(result))
    return redirect("settings-channels", access.tenant.slug)


def _saved(request: TenantRequest, access: TenantAccess, form: ChannelForm) -> HttpResponse:
    channel = form.save()
    release_held(str(channel.pk))
    if form.new_addresses:
        report_confirmation_mails(request, send_confirmation_mails(channel, form.new_addresses, by=request.user))
    if form.made_secret:
        context = {"channel": channel, "secret": form.made_secret}
        response = render(request, "alerts/channel_secret.html", context)
        response["Cache-Control"] = "no-store"
        return response
    messages.success(request, f"“{channel.name}” saved. Send a test to check it.")
    return redirect("settings-channels", access.tenant.slug)


def _form_page(request: HttpRequest, form: ChannelForm, context: dict[str, Any]) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, "alerts/channel_form.html", {"form": form, **context}, status=status)
