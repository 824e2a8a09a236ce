"""Confirm a sensitive action with the user's password, unless it was entered recently."""

from datetime import datetime, timedelta

from django import forms
from django.http import HttpRequest

from supportsaas import clock
from tenants.accounts import sign_in
from tenants.accounts.throttle import TooManyAttempts
from tenants.credentials.sessions import signed_in_at

RECENT = timedelta(minutes=15)
_CONFIRMED = "password_confirmed_at"


def has_just_confirmed(request: HttpRequest) -> bool:
    """Whether the user signed in or confirmed the password within the last 15 minutes."""
    confirmed = request.session.get(_CONFIRMED)
    moments = [signed_in_at(request), datetime.fromisoformat(confirmed) if confirmed else None]
    return any(moment is not None and clock.now() - moment < RECENT for moment in moments)


def problem_of_password(request: HttpRequest, password: str) -> str:
    """Why the confirmation failed, or "" if the password is right."""
    try:
        is_right = sign_in.password_is_right(request, password)
    except TooManyAttempts as rejected:
        return str(rejected)
    if not is_right:
        return "The password is not correct."
    request.session[_CONFIRMED] = clock.now().isoformat()
    return ""


class AsksPasswordAgain(forms.BaseForm):
    """A form that gets a field `password` if `ask_again` finds that it was not entered recently."""

    _request: HttpRequest

    def ask_again(self, request: HttpRequest) -> None:
        self._request = request
        if not has_just_confirmed(request):
            self.fields["password"] = forms.CharField(
                label="Your password",
                widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
                help_text="Confirm your password, because you signed in more than 15 minutes ago.",
            )

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        problem = problem_of_password(self._request, password)
        if problem:
            raise forms.ValidationError(problem)
        return password
