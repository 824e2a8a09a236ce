"""The Django admin behind the product's own sign-in, with its throttle and two-factor authentication."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


class AdminSite(admin.AdminSite):
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Redirect to the sign-in page, and from there back to the requested page of the admin."""
        wanted = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) or not wanted:
            wanted = reverse("admin:index")
        if request.method == "GET" and self.has_permission(request):
            return redirect(wanted)
        return redirect_to_login(wanted, reverse("login"))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("account-password")
