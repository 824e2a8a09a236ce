"""Confirming the e-mail addresses of channels, and resending the confirmation mails."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role
from tickets.alerts.channel_addresses import read_token
from tickets.alerts.confirming import ConfirmationMails, accept, send_confirmation_mails
from tickets.alerts.model import Channel


@never_cache
@require_http_methods(["GET", "POST"])
def confirm_address(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm the address the link was sent to. Only a POST confirms, because mail scanners open links."""
    claim = read_token(token)
    if claim is None:
        raise Http404("No such link.")
    is_done = request.method == "POST"
    if is_done:
        accept(claim)
    return render(request, "alerts/confirm.html", {"claim": claim, "is_done": is_done})


@require_POST
@tenant_required(Role.ADMIN)
def ask_again(request: TenantRequest, access: TenantAccess, channel_id: str) -> HttpResponse:
    """Resend the confirmation mail to the channel's unconfirmed addresses."""
    channel = access.find_or_404(Channel, channel_id)
    report_confirmation_mails(request, send_confirmation_mails(channel, channel.unconfirmed or [], by=request.user))
    return redirect("settings-channels", access.tenant.slug)


def report_confirmation_mails(request: HttpRequest, mails: ConfirmationMails) -> None:
    """Show on the next page which addresses got a confirmation mail, and which did not."""
    if mails.sent:
        messages.info(request, f"Confirmation link sent to {', '.join(mails.sent)}.")
    for problem in mails.problems:
        messages.warning(request, f"{problem} Unconfirmed addresses get no alerts.")
