"""A user's own name and e-mail address."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from supportsaas.web.rejected import Rejected
from tenants.access import SignedInRequest, sign_in_required
from tenants.accounts import email_address
from tenants.accounts.password_again import problem_of_password


class ProfileForm(forms.Form):
    """The password is needed for a new address only: whoever has the address can choose a new password."""

    first_name = forms.CharField(max_length=150, required=False)
    last_name = forms.CharField(max_length=150, required=False)
    email = forms.EmailField(max_length=254, required=False, label="E-mail address")
    password = forms.CharField(required=False, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        label="Current password", help_text="Needed to change the address.",
    )  # fmt: skip

    def __init__(self, request: SignedInRequest, data: object = None) -> None:
        user = request.user
        names = ("first_name", "last_name", "email")
        super().__init__(data, initial={name: getattr(user, name) for name in names}, label_suffix="")  # type: ignore[arg-type]
        self.request, self.present = request, user.email
        for name, kind in (("first_name", "given-name"), ("last_name", "family-name"), ("email", "email")):
            self.fields[name].widget.attrs["autocomplete"] = kind

    def clean(self) -> dict[str, object]:
        found = super().clean() or {}
        if "email" in self.errors or found.get("email") == self.present:
            return found
        if not found.get("email"):
            self.add_error("email", "Enter an address. A forgotten password is reset through it.")
        elif problem := problem_of_password(self.request, str(found.get("password", ""))):
            self.add_error("password", problem)
        return found


@require_http_methods(["GET", "POST"])
@sign_in_required
def change_profile(request: SignedInRequest) -> HttpResponse:
    """The name changes at once, the address once its link is followed."""
    form = ProfileForm(request, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            if form.cleaned_data["email"] != form.present:
                email_address.send_link(request.user, form.cleaned_data["email"])
                messages.success(
                    request,
                    f"A link was sent to {form.cleaned_data['email']}. Open it within a day to use the address.",
                )
            if {"first_name", "last_name"} & set(form.changed_data):
                request.user.first_name = form.cleaned_data["first_name"]
                request.user.last_name = form.cleaned_data["last_name"]
                request.user.save(update_fields=["first_name", "last_name"])
                messages.success(request, "Name saved.")
            return redirect("account")
        except Rejected as error:
            form.add_error("email", str(error))
    return render(request, "account/profile.html", {"form": form}, status=422 if request.method == "POST" else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@sign_in_required
def confirm_address(request: SignedInRequest, token: str) -> HttpResponse:
    """A link from a mail. Opening it changes nothing: mail scanners open links, too."""
    change = email_address.read_token(token)
    if change is not None and change.user_id != str(request.user.pk):
        change = None
    if request.method == "POST" and change is not None:
        if email_address.apply_change(request.user, change):
            messages.success(request, f"Your e-mail address is now {change.address}.")
            return redirect("account")
        change = None
    status = 200 if change else 410
    return render(request, "account/confirm_address.html", {"change": change}, status=status)
