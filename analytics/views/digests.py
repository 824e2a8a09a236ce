"""The weekly digest: choosing its tenants, a preview, one at once, and unsubscribing from a link in the e-mail."""

import secrets

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analytics.digest.mail import compose
from analytics.digest.sending import ask_for_one, find_last, wanted_tenants
from analytics.digest.subscriptions import (
    read_token,
    subscribe,
    subscribed_tenants,
    unsubscribe,
    unsubscribe_from_all,
)
from supportsaas import clock
from supportsaas.web.rejected import Rejected
from tenants.access import SignedInRequest, find_all_access, sign_in_required
from tenants.models import Tenant, User

_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Of the preview: mails have their styles inline, and nothing else is loaded."""


@sign_in_required
@never_cache
@require_http_methods(["GET", "POST"])
def show_digests(request: SignedInRequest) -> HttpResponse:
    """The user's tenants, each with whether their digest has it. A POST saves the choice."""
    user = request.user
    mine = [access.tenant for access in find_all_access(user)]
    if request.method == "POST":
        wanted = set(request.POST.getlist("tenant"))
        _save(user, mine, wanted)
        messages.success(request, _saved_text(user, any(each.slug in wanted for each in mine)))
        return redirect("digests")
    chosen = subscribed_tenants(user)
    context = {
        "rows": [(each, each.slug in chosen) for each in mine],
        "has_chosen": any(each.slug in chosen for each in mine),
        "last": find_last(str(user.pk)),
        "email": user.email,
        "email_is_set": settings.EMAIL_IS_SET,
        "form_key": secrets.token_urlsafe(12),
    }
    return render(request, "digest/settings.html", context)


@sign_in_required
@never_cache
@require_GET
def preview_digest(request: SignedInRequest) -> HttpResponse:
    """The digest of the last week as it would look in a mail program."""
    tenants = wanted_tenants(request.user)
    if not tenants:
        messages.warning(request, "Choose at least one tenant and save first.")
        return redirect("digests")
    mail = compose(request.user, tenants, name="preview", now=clock.now())
    response = HttpResponse(str(mail.alternatives[0][0]))
    response["Content-Security-Policy"] = _MAIL_POLICY
    return response


@sign_in_required
@require_POST
def send_digest_now(request: SignedInRequest) -> HttpResponse:
    """Let a worker send the user the digest of the last week."""
    user = request.user
    if not (user.email and settings.EMAIL_IS_SET):
        messages.error(request, "Nothing was sent: e-mail is not set up, see below.")
    elif not wanted_tenants(user):
        messages.warning(request, "Choose at least one tenant and save first.")
    else:
        try:
            ask_for_one(user, request.POST.get("form", "")[:64] or secrets.token_urlsafe(12), now=clock.now())
        except Rejected as rejected:
            messages.error(request, str(rejected))
        else:
            messages.success(request, f"A digest is on its way to {user.email}.")
    return redirect("digests")


@csrf_exempt  # the token authorizes the request, and mail programs post without a cookie (RFC 8058)
@never_cache
@require_http_methods(["GET", "POST"])
def unsubscribe_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Unsubscribes without signing in. Only a POST does, because mail scanners open links."""
    named = read_token(token)
    if named is None:
        raise Http404("No such link.")
    user_id, slug = named
    if request.method == "POST" and slug is None:
        unsubscribe_from_all(user_id)
    elif request.method == "POST" and slug is not None:
        unsubscribe(user_id, slug)
    tenant = Tenant.objects.filter(slug=slug).first() if slug else None
    context = {"name": tenant.name if tenant else slug or "", "is_done": request.method == "POST"}
    return render(request, "digest/unsubscribe.html", context)


def _saved_text(user: User, wants_any: bool) -> str:
    if not wants_any:
        return "Saved. You will not get any digest."
    if not (user.email and settings.EMAIL_IS_SET):
        return "Saved. Digests start once e-mail is set up, see below."
    return "Saved. Your next digest arrives on Monday morning."


def _save(user: User, mine: list[Tenant], wanted: set[str]) -> None:
    for tenant in mine:
        if tenant.slug in wanted:
            subscribe(user, tenant, now=clock.now())
        else:
            unsubscribe(str(user.pk), tenant.slug)
