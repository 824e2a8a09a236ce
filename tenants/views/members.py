"""A tenant's members, for its admins: add, create an account, change the role, remove."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from supportsaas.web.rejected import Rejected
from tenants import members
from tenants.access import TenantAccess, TenantRequest, find_access, tenant_required
from tenants.members import NoSuchPerson
from tenants.models import Role, User

ROLES = [(role.value, role.label) for role in Role]


class AddMemberForm(forms.Form):
    username = forms.CharField(
        label="User name",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    role = forms.ChoiceField(choices=ROLES, initial=Role.VIEWER.value)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


@require_GET
@tenant_required(Role.ADMIN)
def show_members(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    return _page(request, access, AddMemberForm())


@require_POST
@tenant_required(Role.ADMIN)
def add_member(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """Add a user by name. If there is no such account, offer to create it, and create it on request."""
    form = AddMemberForm(request.POST)
    if not form.is_valid():
        return _page(request, access, form, status=422)
    name, role = form.cleaned_data["username"], Role(form.cleaned_data["role"])
    try:
        if "make" in request.POST:
            return _link_page(request, access, members.create_account(access.tenant, username=name, role=role).user)
        members.add_member(access.tenant, username=name, role=role)
    except NoSuchPerson as rejected:
        form.add_error(rejected.field, str(rejected))
        return _page(request, access, form, creatable=name, status=422)
    except Rejected as rejected:
        form.add_error(rejected.field, str(rejected))
        return _page(request, access, form, status=422)
    messages.success(
        request,
        f"Added {name} to {access.tenant} as {role.value}. The account already existed, so make sure it belongs to the "
        "right person.",
    )
    return redirect("settings-members", access.tenant.slug)


@require_POST
@tenant_required(Role.ADMIN)
def change_member(request: TenantRequest, access: TenantAccess, user_id: str) -> HttpResponse:
    """Change the role, remove the member, or create a new link, depending on the button."""
    try:
        member = members.find_member(access.tenant, user_id)
        if request.POST.get("do") == "remove":
            members.remove_member(member)
            messages.success(request, f"Removed {member.user} from {access.tenant}.")
        elif request.POST.get("do") == "link" and member.may_have_link:
            return _link_page(request, access, member.user)
        elif request.POST.get("role") in Role.values:
            members.change_role(member, Role(request.POST["role"]))
            messages.success(request, f"Changed the role of {member.user} to {request.POST['role']}.")
        else:
            messages.error(request, "This action is not possible. Nothing was changed.")
    except Rejected as rejected:
        messages.error(request, str(rejected))
    # An admin who gave up the role can no longer see this page.
    still = find_access(request.user, access.tenant.slug)
    if still is None or not still.can_administer:
        return redirect("overview")
    return redirect("settings-members", access.tenant.slug)


def _page(
    request: TenantRequest, access: TenantAccess, form: AddMemberForm, *, creatable: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "members": members.find_members(access.tenant),
        "roles": ROLES,
        "creatable": creatable,
    }
    return render(request, "tenants/members.html", context, status=status)


def _link_page(request: TenantRequest, access: TenantAccess, user: User) -> HttpResponse:
    """The link is only shown in this response and not stored."""
    link = request.build_absolute_uri(members.password_link(user))
    return render(request, "tenants/password_link.html", {"person": user, "link": link})
