"""The log-in pages: the password, then the code of whoever has a second factor; choosing a password by a link."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import (
    INTERNAL_RESET_SESSION_TOKEN,
    LoginView,
    PasswordResetConfirmView,
    redirect_to_login,
)
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRefresh

from supportsaas.web.htmx_request import HtmxHttpRequest
from tenants import members
from tenants.access import safe_next
from tenants.accounts import sign_in
from tenants.accounts.known_device import remember_device
from tenants.accounts.sign_in_events import SignInEvent, note
from tenants.accounts.throttle import TooManyAttempts
from tenants.models import User


class SignInForm(AuthenticationForm):
    """Keeps how long to wait where there were too many attempts."""

    wait_seconds = 0

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except TooManyAttempts as refused:
            self.wait_seconds = refused.seconds
            raise forms.ValidationError(str(refused), code="throttled") from None


class SignIn(LoginView):
    """The log-in page. A fragment that asks after the session has ended reloads its page instead."""

    request: HtmxHttpRequest
    authentication_form = SignInForm

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if self.request.htmx:
            return HttpResponseClientRefresh()
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        target, user = self.get_success_url(), form.get_user()
        assert isinstance(user, User)
        is_in = sign_in.begin(self.request, user, next_url=target)
        response = HttpResponseRedirect(target) if is_in else redirect("login-code")
        remember_device(self.request, response)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        response = super().form_invalid(form)
        if form.wait_seconds:
            response.status_code = 429
            response["Retry-After"] = str(form.wait_seconds)
        return response


@never_cache
@require_http_methods(["GET", "POST"])
def show_code(request: HttpRequest) -> HttpResponse:
    """The second step of a log-in; without a first one it leads back there."""
    half = sign_in.find_pending(request)
    if half is None and request.user.is_authenticated:
        return redirect("overview")  # another tab has done it
    if half is None:
        messages.warning(request, "The log-in took too long. Begin again.")
        return redirect("login")
    if request.method != "POST":
        return render(request, "registration/code.html", {"person": half.user})
    try:
        if sign_in.finish(request, half, request.POST.get("code", "")[:100]):
            response = HttpResponseRedirect(half.next)
            remember_device(request, response)
            return response
        problem, status = "This code is not right, or was used already. Enter the one that the app shows now.", 422
    except TooManyAttempts as refused:
        problem, status = str(refused), 429
    return render(request, "registration/code.html", {"person": half.user, "problem": problem}, status=status)


class ChoosePassword(PasswordResetConfirmView):
    """Where a one-time link leads: the link's token goes into the session at once, so it stands in no Referer."""

    template_name = "registration/choose_password.html"
    token_generator = members.password_link_tokens

    def form_valid(self, form: Any) -> HttpResponse:
        if not members.choose_password(self.user, form.cleaned_data["new_password1"]):
            self.validlink = False
            return self.render_to_response(self.get_context_data(), status=410)
        del self.request.session[INTERNAL_RESET_SESSION_TOKEN]
        note(SignInEvent.CHANGED, self.request, user=self.user)
        messages.success(self.request, "Your password is set. Log in with it.")
        return redirect("login")


def show_csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without this browser's CSRF token: sent from elsewhere, or opened before a log-in and now too old.

    The log-in form leads on: to where it would have led, or for whoever is not logged in to a fresh form.
    """
    is_logged_in = request.user.is_authenticated  # from here on the log knows who it is
    if request.resolver_match and request.resolver_match.view_name in ("login", "login-code"):
        wanted = safe_next(request, request.POST.get("next") or request.GET.get("next", ""))
        if is_logged_in:
            return HttpResponseRedirect(wanted)
        messages.warning(request, "The form was too old. Log in with this one.")
        return redirect_to_login(wanted)
    return render(request, "403_csrf.html", status=403)
