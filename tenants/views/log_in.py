"""The log-in pages: the password, then the code of whoever has a second factor; choosing a password by a link."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRefresh

from tenants import sign_in
from tenants.models import User
from tenants.sessions import end_sessions
from tenants.throttle import TooManyAttempts


class LoginForm(AuthenticationForm):
    """Keeps how long to wait where there were too many attempts."""

    wait_seconds = 0

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except TooManyAttempts as refused:
            self.wait_seconds = refused.seconds
            raise forms.ValidationError(str(refused), code="throttled") from None


class Login(LoginView):
    """The log-in page. A fragment that asks after the session has ended reloads its page instead."""

    authentication_form = LoginForm

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.htmx:  # type: ignore[attr-defined]
            return HttpResponseClientRefresh()
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        target, user = self.get_success_url(), form.get_user()
        assert isinstance(user, User)
        if sign_in.begin(self.request, user, next_url=target):
            return HttpResponseRedirect(target)
        return redirect("login-code")

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
    half = sign_in.find_half(request)
    if half is None:
        messages.warning(request, "The log-in took too long. Begin again.")
        return redirect("login")
    if request.method != "POST":
        return render(request, "registration/code.html", {"person": half.user})
    try:
        if sign_in.finish(request, half, request.POST.get("code", "")[:100]):
            return HttpResponseRedirect(half.next)
        problem, status = "This code is not right, or was used already. Enter the one that the app shows now.", 422
    except TooManyAttempts as refused:
        problem, status = str(refused), 429
    return render(request, "registration/code.html", {"person": half.user, "problem": problem}, status=status)


class ChoosePassword(PasswordResetConfirmView):
    """Where a one-time link leads: the link's token goes into the session at once, so it stands in no Referer."""

    template_name = "registration/choose_password.html"
    success_url = reverse_lazy("login")

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        end_sessions(form.user)
        messages.success(self.request, "Your password is set. Log in with it.")
        return response
