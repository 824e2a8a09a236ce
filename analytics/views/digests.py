"""The weekly digest: who wants which, and the way out of a mail."""

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
    """My tenants, each with whether I get its digest; posting saves what is ticked."""
    user = request.user
    mine = [access.tenant for access in find_all_access(user)]
    if request.method == "POST":
        wanted = set(request.POST.getlist("tenant"))
        _save(user, mine, wanted)
        messages.success(request, _saved(user, any(each.slug in wanted for each in mine)))
        return redirect("digests")
    chosen = subscribed_tenants(user)
    context = {
        "rows": [(each, each.slug in chosen, claims.find_last(str(user.pk), each.slug)) for each in mine],
        "email": user.email,
        "email_is_set": settings.EMAIL_IS_SET,
    }
    return render(request, "digest/settings.html", context)


@csrf_exempt  # the token is the authority, and mail programs post without a cookie (RFC 8058)
@never_cache
@require_http_methods(["GET", "POST"])
def unsubscribe_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Ends one subscription without a log-in. Only a POST does: mail scanners open links."""
    named = read_token(token)
    if named is None:
        raise Http404("No such link.")
    if request.method == "POST":
        unsubscribe(*named)
    tenant = Tenant.objects.filter(slug=named[1]).first()
    context = {"name": tenant.name if tenant else named[1], "is_done": request.method == "POST"}
    return render(request, "digest/unsubscribe.html", context)


def _saved(user: User, wants_any: bool) -> str:
    if not wants_any:
        return "Saved. No digest comes to you."
    if not (user.email and settings.EMAIL_IS_SET):
        return "Saved. Digests come once what is told below is set up."
    return "Saved. The next digest comes on Monday morning."


def _save(user: User, mine: list[Tenant], wanted: set[str]) -> None:
    for tenant in mine:
        if tenant.slug in wanted:
            subscribe(user, tenant, now=clock.now())
        else:
            unsubscribe(str(user.pk), tenant.slug)
