"""The sign-in pages: password, then code of the second factor. Also choosing a password with a link."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import (
    INTERNAL_RESET_SESSION_TOKEN,
    LoginView,
    PasswordResetConfirmView,
    redirect_to_login,
)
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRefresh

from supportsaas.web.client_address import client_address
from supportsaas.web.htmx_request import HtmxHttpRequest
from tenants import members
from tenants.access import safe_next
from tenants.accounts import sign_in
from tenants.accounts.known_device import remember_device
from tenants.accounts.password_reset import TooManyResets, ask_for_link, reset_tokens
from tenants.accounts.sign_in_events import SignInEvent, note
from tenants.accounts.throttle import TooManyAttempts
from tenants.models import User


class SignInForm(AuthenticationForm):
    """Records how long to wait after too many attempts."""

    wait_seconds = 0

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except TooManyAttempts as rejected:
            self.wait_seconds = rejected.seconds
            raise forms.ValidationError(str(rejected), code="throttled") from None


class SignIn(LoginView):
    """The sign-in page. A fragment requested after the end of the session reloads its whole page instead."""

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
    """The second step of signing in. Redirects to the first step if it is missing."""
    pending = sign_in.find_pending(request)
    if pending is None and request.user.is_authenticated:
        return redirect("overview")  # another tab has finished signing in
    if pending is None:
        messages.warning(request, "Signing in took too long. Start again.")
        return redirect("login")
    if request.method != "POST":
        return render(request, "registration/code.html", {"person": pending.user})
    try:
        if sign_in.finish(request, pending, request.POST.get("code", "")[:100]):
            response = HttpResponseRedirect(pending.next)
            remember_device(request, response)
            return response
        problem, status = "The code is not correct or was already used. Enter the current code from your app.", 422
    except TooManyAttempts as rejected:
        problem, status = str(rejected), 429
    return render(request, "registration/code.html", {"person": pending.user, "problem": problem}, status=status)


class ChoosePassword(PasswordResetConfirmView):
    """The page of a one-time link. Its token moves to the session at once, so that no Referer contains it."""

    template_name = "registration/choose_password.html"
    token_generator = members.password_link_tokens

    def form_valid(self, form: Any) -> HttpResponse:
        if not members.choose_password(self.user, form.cleaned_data["new_password1"]):
            self.validlink = False
            return self.render_to_response(self.get_context_data(), status=410)
        del self.request.session[INTERNAL_RESET_SESSION_TOKEN]
        note(SignInEvent.CHANGED, self.request, user=self.user)
        messages.success(self.request, "Your password is set. Sign in with it.")
        return redirect("login")


class ResetPassword(ChoosePassword):
    """The page of a link for a forgotten password."""

    token_generator = reset_tokens
    extra_context = {"is_reset": True}


@never_cache
@require_http_methods(["GET", "POST"])
def ask_for_password_link(request: HttpRequest) -> HttpResponse:
    """Says the same whether or not an account has the address."""
    context: dict[str, Any] = {"is_possible": settings.EMAIL_IS_SET}
    if request.method != "POST" or not settings.EMAIL_IS_SET:
        return render(request, "registration/forgot.html", context)
    field = forms.EmailField(max_length=254, error_messages={"required": "Enter your e-mail address."})
    try:
        ask_for_link(field.clean(request.POST.get("email", "")), client=client_address(request))
    except ValidationError as error:
        return render(request, "registration/forgot.html", {**context, "problem": " ".join(error.messages)}, status=422)
    except TooManyResets:
        problem = "Too many requests from your network. Try again in an hour."
        return render(request, "registration/forgot.html", {**context, "problem": problem}, status=429)
    return render(request, "registration/forgot.html", {**context, "was_sent": True})


def show_csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid CSRF token: sent from another site, or opened before the last sign-in.

    The sign-in form redirects to its target if the user is signed in, and otherwise to a fresh form.
    """
    is_signed_in = request.user.is_authenticated  # also loads the user for the log
    if request.resolver_match and request.resolver_match.view_name in ("login", "login-code"):
        wanted = safe_next(request, request.POST.get("next") or request.GET.get("next", ""))
        if is_signed_in:
            return HttpResponseRedirect(wanted)
        messages.warning(request, "The form had expired. Sign in again.")
        return redirect_to_login(wanted)
    return render(request, "403_csrf.html", status=403)
