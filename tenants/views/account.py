"""A user's own account: password, two-factor authentication and sessions."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from supportsaas import clock
from supportsaas.formatting import format_count
from tenants.access import SignedInRequest, sign_in_required
from tenants.accounts import sign_in
from tenants.accounts.password_again import problem_of_password
from tenants.accounts.sign_in_events import SignInEvent, note
from tenants.accounts.throttle import TooManyAttempts
from tenants.api import tokens
from tenants.credentials import second_factor
from tenants.credentials.sessions import end_session, end_sessions, find_sessions
from tenants.models import User


class ChangePasswordForm(PasswordChangeForm):
    """Checks the old password with the same throttle as sign-in."""

    revoke_tokens = forms.BooleanField(required=False, initial=True)

    def __init__(self, request: HttpRequest, data: Any = None) -> None:
        super().__init__(request.user, data)
        self.request = request

    def clean_old_password(self) -> str:
        problem = problem_of_password(self.request, self.cleaned_data["old_password"])
        if problem:
            raise forms.ValidationError(problem)
        return str(self.cleaned_data["old_password"])


@require_GET
@sign_in_required
def show_account(request: SignedInRequest) -> HttpResponse:
    return _account_page(request)


@require_http_methods(["GET", "POST"])
@sign_in_required
def change_password(request: SignedInRequest) -> HttpResponse:
    """Only this device stays signed in afterwards."""
    form = ChangePasswordForm(request, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        update_session_auth_hash(request, user)
        end_sessions(user, but=request.session.session_key)
        note(SignInEvent.CHANGED, request, user=user)
        revoked = _revoke_tokens(request, user)
        messages.success(request, f"Password changed. You are signed out on all other devices.{revoked}")
        return redirect("account")
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "live_tokens": tokens.count_live(request.user)}
    return render(request, "account/password.html", context, status=status)


@require_POST
@sign_in_required
def end_my_sessions(request: SignedInRequest) -> HttpResponse:
    """Sign out one device (`session`), or all others and, with `revoke_tokens`, also programs."""
    handle = request.POST.get("session", "")
    if not handle:
        ended = end_sessions(request.user, but=request.session.session_key)
        revoked = _revoke_tokens(request, request.user)
        messages.success(request, f"Signed out {format_count(ended, 'other device')}.{revoked}")
    elif end_session(request.user, handle):
        messages.success(request, "Device signed out.")
    else:
        messages.warning(request, "That device was already signed out.")
    return redirect("account")


@require_POST
@sign_in_required
def switch_single_keys(request: SignedInRequest) -> HttpResponse:
    """Turn shortcuts of a single key on or off (`on` is 1 or 0)."""
    request.user.single_keys_off = request.POST.get("on") == "0"
    request.user.save(update_fields=["single_keys_off"])
    messages.success(request, f"Single keys are {'off' if request.user.single_keys_off else 'on'}.")
    return redirect(f"{reverse('account')}#keys")


@require_http_methods(["GET", "POST"])
@sign_in_required
def show_two_factor(request: SignedInRequest) -> HttpResponse:
    """Set up the second factor (password, then the app's first code), take it off, or make new recovery codes.

    The latter two also need a code, so a stolen password alone is not enough.
    """
    user = request.user
    do = request.POST.get("do", "") if request.method == "POST" else ""
    if not do:
        return _two_factor_page(request)
    if do == "confirm":
        return _confirm(request, user)
    has_factor = second_factor.find_factor(user) is not None
    problem = problem_of_password(request, request.POST.get("password", ""))
    if not problem and has_factor and do in ("codes", "off"):
        problem = _problem_of_code(request, user)
    if problem:
        return _two_factor_page(request, problem=problem, failed=do)
    if do == "begin" and not has_factor:
        second_factor.start_setup(user)
    elif do == "codes" and has_factor:
        codes = second_factor.make_recovery_codes(user)
        return render(request, "account/recovery_codes.html", {"codes": codes})
    elif do == "off" and has_factor:
        second_factor.remove(user)
        note(SignInEvent.SECOND_FACTOR_OFF, request, user=user)
        request.session.pop(sign_in.SECOND_FACTOR, None)
        messages.success(request, "Two-factor authentication is off. You sign in with your password only.")
    return redirect("account-two-factor")


def _confirm(request: SignedInRequest, user: User) -> HttpResponse:
    factor = second_factor.find_unconfirmed(user)
    if factor is None:
        return redirect("account-two-factor")
    codes = second_factor.confirm(factor, request.POST.get("code", "")[:20], now=clock.now())
    if codes is None:
        problem = "The code is not correct. Check that your phone's clock is right, then try again."
        return _two_factor_page(request, problem=problem, failed="confirm")
    note(SignInEvent.SECOND_FACTOR_ON, request, user=user)
    request.session[sign_in.SECOND_FACTOR] = True
    request.session.cycle_key()
    end_sessions(user, but=request.session.session_key)
    return render(request, "account/recovery_codes.html", {"codes": codes, "is_new": True})


def _two_factor_page(request: SignedInRequest, *, problem: str = "", failed: str = "") -> HttpResponse:
    user = request.user
    context = {
        "factor": second_factor.find_factor(user),
        "unconfirmed": second_factor.find_unconfirmed(user),
        "codes_left": second_factor.count_recovery_codes(user),
        "problem": problem,
        "failed": failed,
    }
    return render(request, "account/two_factor.html", context, status=422 if problem else 200)


def _account_page(request: SignedInRequest) -> HttpResponse:
    user = request.user
    context = {
        "sessions": find_sessions(user),
        "present_key": request.session.session_key,
        "factor": second_factor.find_factor(user),
        "codes_left": second_factor.count_recovery_codes(user),
        "live_tokens": tokens.count_live(user),
    }
    return render(request, "account/account.html", context)


def _problem_of_code(request: HttpRequest, user: User) -> str:
    try:
        is_right = sign_in.code_is_right(request, user, request.POST.get("code", "")[:100])
    except TooManyAttempts as rejected:
        return str(rejected)
    return "" if is_right else "The code is not correct or was already used. Enter the current code from your app."


def _revoke_tokens(request: HttpRequest, user: User) -> str:
    """Revoke the user's tokens if that box was checked. Returns a sentence about it, or ""."""
    revoked = tokens.revoke_all(user) if "revoke_tokens" in request.POST else 0
    return f" {format_count(revoked, 'token')} revoked." if revoked else ""
