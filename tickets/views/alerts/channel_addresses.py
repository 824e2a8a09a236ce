"""E-mail addresses of channels: asking for their leave again, and giving it by the link of the mail."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role
from tickets.alerts.channel_addresses import read_token
from tickets.alerts.confirming import Asked, accept, ask_addresses
from tickets.alerts.model import Channel


@never_cache
@require_http_methods(["GET", "POST"])
def confirm_address(request: HttpRequest, token: str) -> HttpResponse:
    """Lets alerts come to the address that the link was sent to. Only a POST does: mail scanners open links."""
    claim = read_token(token)
    if claim is None:
        raise Http404("No such link.")
    is_done = request.method == "POST"
    if is_done:
        accept(claim)
    return render(request, "notifications/confirm.html", {"claim": claim, "is_done": is_done})


@require_POST
@tenant_required(Role.ADMIN)
def ask_again(request: TenantRequest, access: TenantAccess, channel_id: str) -> HttpResponse:
    """Send a link once more to the addresses of the channel that nobody has confirmed."""
    channel = access.find_or_404(Channel, channel_id)
    tell_asked(request, ask_addresses(channel, channel.unconfirmed or [], by=request.user))
    return redirect("settings-channels", access.tenant.slug)


def tell_asked(request: HttpRequest, asked: Asked) -> None:
    """Say on the next page which addresses got a mail to confirm, and which did not."""
    if asked.sent:
        messages.info(request, f"A mail with a link to confirm was sent to {', '.join(asked.sent)}.")
    for problem in asked.problems:
        messages.warning(request, f"{problem} Alerts do not go to an address that is not confirmed.")
