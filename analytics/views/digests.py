"""The weekly digest: choosing tenants, and unsubscribing from a link in the e-mail."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from analytics.digest import claims
from analytics.digest.subscriptions import read_token, subscribe, subscribed_tenants, unsubscribe
from supportsaas import clock
from tenants.access import SignedInRequest, find_all_access, sign_in_required
from tenants.models import Tenant, User


@sign_in_required
@never_cache
@require_http_methods(["GET", "POST"])
def show_digests(request: SignedInRequest) -> HttpResponse:
    """The user's tenants, each with whether they get its digest. A POST saves the choice."""
    user = request.user
    mine = [access.tenant for access in find_all_access(user)]
    if request.method == "POST":
        wanted = set(request.POST.getlist("tenant"))
        _save(user, mine, wanted)
        messages.success(request, _saved_text(user, any(each.slug in wanted for each in mine)))
        return redirect("digests")
    chosen = subscribed_tenants(user)
    context = {
        "rows": [(each, each.slug in chosen, claims.find_last(str(user.pk), each.slug)) for each in mine],
        "email": user.email,
        "email_is_set": settings.EMAIL_IS_SET,
    }
    return render(request, "digest/settings.html", context)


@csrf_exempt  # the token authorizes the request, and mail programs post without a cookie (RFC 8058)
@never_cache
@require_http_methods(["GET", "POST"])
def unsubscribe_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Unsubscribes without signing in. Only a POST does, because mail scanners open links."""
    named = read_token(token)
    if named is None:
        raise Http404("No such link.")
    if request.method == "POST":
        unsubscribe(*named)
    tenant = Tenant.objects.filter(slug=named[1]).first()
    context = {"name": tenant.name if tenant else named[1], "is_done": request.method == "POST"}
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
