"""Creating a tenant, for superusers; its helpdesk is connected next."""

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from tenants.access import SignedInRequest, sign_in_required
from tenants.new_tenant import NewTenantForm, free_id, list_zones


@require_http_methods(["GET", "POST"])
@sign_in_required
def create_tenant(request: SignedInRequest) -> HttpResponse:
    """404 for everybody but superusers."""
    if not request.user.is_superuser:
        raise Http404
    if request.method != "POST":
        return _page(request, NewTenantForm())
    form = NewTenantForm(request.POST)
    if form.is_valid():
        try:
            tenant = form.save()
        except IntegrityError:  # somebody else took the id in between
            form.add_error("slug", "Tenant with this Tenant id already exists.")
        else:
            messages.success(request, f"Created {tenant.name}. Now connect its helpdesk.")
            return redirect("settings-source-new", tenant.slug)
    if "slug" in form.errors and (wanted := form.data.get("slug", "").strip()) and (free := free_id(wanted)) != wanted:
        form.errors["slug"][:] = [f"Another tenant has the ID “{wanted}”. “{free}” is free."]
    return _page(request, form, status=422)


def _page(request: SignedInRequest, form: NewTenantForm, *, status: int = 200) -> HttpResponse:
    return render(request, "tenants/new.html", {"form": form, "zones": list_zones()}, status=status)
