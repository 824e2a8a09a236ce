"""A tenant's members, for its admins: add, make an account, change the role, take out."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from supportsaas.rejected import Rejected
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
    """Add a person by user name; where nobody has it, offer to make the account, and make it when asked."""
    form = AddMemberForm(request.POST)
    if not form.is_valid():
        return _page(request, access, form, status=422)
    name, role = form.cleaned_data["username"], Role(form.cleaned_data["role"])
    try:
        if "make" in request.POST:
            return _link_page(request, access, members.create_account(access.tenant, username=name, role=role).user)
        members.add_member(access.tenant, username=name, role=role)
    except NoSuchPerson as refused:
        form.add_error(refused.field, str(refused))
        return _page(request, access, form, may_make=name, status=422)
    except Rejected as refused:
        form.add_error(refused.field, str(refused))
        return _page(request, access, form, status=422)
    messages.success(
        request,
        f"{name} is {role.value} of {access.tenant} now. The account existed before: make sure that it is the person "
        "you mean.",
    )
    return redirect("settings-members", access.tenant.slug)


@require_POST
@tenant_required(Role.ADMIN)
def change_member(request: TenantRequest, access: TenantAccess, user_id: str) -> HttpResponse:
    """Change the role, take the person out, or make a new link, whichever button was pressed."""
    try:
        member = members.find_member(access.tenant, user_id)
        if request.POST.get("do") == "remove":
            members.remove_member(member)
            messages.success(request, f"{member.user} is no member of {access.tenant} any more.")
        elif request.POST.get("do") == "link" and member.may_have_link:
            return _link_page(request, access, member.user)
        elif request.POST.get("role") in Role.values:
            members.change_role(member, Role(request.POST["role"]))
            messages.success(request, f"{member.user} is {request.POST['role']} now.")
        else:
            messages.error(request, "That cannot be done. Nothing was changed.")
    except Rejected as refused:
        messages.error(request, str(refused))
    # Whoever gave up the own role of admin may not see the page of members any more.
    still = find_access(request.user, access.tenant.slug)
    if still is None or not still.can_administer:
        return redirect("overview")
    return redirect("settings-members", access.tenant.slug)


def _page(
    request: TenantRequest, access: TenantAccess, form: AddMemberForm, *, may_make: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "members": members.find_members(access.tenant),
        "roles": ROLES,
        "may_make": may_make,
    }
    return render(request, "tenants/members.html", context, status=status)


def _link_page(request: TenantRequest, access: TenantAccess, user: User) -> HttpResponse:
    """The link is shown in this answer alone: it is kept nowhere."""
    link = request.build_absolute_uri(members.password_link(user))
    return render(request, "tenants/password_link.html", {"person": user, "link": link})
