"""Schedules of a tenant: making one for the numbers of a dashboard, the list, and unsubscribing from a link in the e-mail."""

import secrets
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analytics.selection import Selection
from analytics.sharing.mails import find_recipients
from analytics.sharing.schedule_times import LAST_DAY, WEEKDAYS, Every, Rhythm
from analytics.sharing.schedules import ScheduleStore, find_schedule, read_token, unsubscribe
from supportsaas import clock
from supportsaas.web.page_paths import path_of
from supportsaas.web.rejected import Rejected
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role, Tenant
from tickets.records.period_wording import period_name
from tickets.records.periods import PRESETS
from tickets.store.filters import FilterError
from tickets.views.fragments import begin_frame

_LONGEST_QUERY = 4_000
_DONE = {
    "pause": "Paused. No e-mail is sent until somebody resumes it.",
    "resume": "Resumed. The e-mails are sent in your name.",
    "delete": "Deleted. No more e-mails of it are sent.",
}


@never_cache
@require_GET
@tenant_required(Role.MANAGER)
def show_schedules(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    names = {str(each.pk): each.get_full_name() or each.username for each in find_recipients(access.tenant)}
    found = ScheduleStore(access.tenant).find_all()
    context = {
        **begin_frame(request, access),
        "rows": [(each, [names[key] for key in each.to if key in names]) for each in found],
        "email_is_set": settings.EMAIL_IS_SET,
    }
    return render(request, "sharing/schedules.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@tenant_required(Role.MANAGER)
def make_schedule(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """The form for the dashboard with the parameters of this address. A POST makes the schedule."""
    tenant, now = access.tenant, clock.now()
    query = request.META.get("QUERY_STRING", "")
    if len(query) > _LONGEST_QUERY:
        raise Http404("No such page.")
    try:
        selection = Selection.parse(parse_qs(query), zone=tenant.zone, now=now)
    except FilterError:
        return redirect(f"{path_of('dashboard', tenant.slug)}?{query}")  # which says what is wrong
    about = ", ".join(filter(None, (period_name(selection.chosen, tenant.zone), selection.filter_text)))
    is_relative = selection.chosen.name in PRESETS
    error: Rejected | None = None
    if request.method == "POST":
        try:
            if not is_relative:
                raise Rejected("Nothing was scheduled, because this period has fixed dates.")
            ScheduleStore(tenant).make(
                request.user,
                query=selection.query(),
                about=about,
                rhythm=_read_rhythm(request.POST),
                to=request.POST.getlist("to"),
                skips_same=request.POST.get("skip") == "1",
                form=_form_key(request.POST),
                now=now,
            )
        except Rejected as rejected:
            error = rejected
        else:
            messages.success(request, "Scheduled.")
            return redirect("settings-schedules", tenant.slug)
    context: dict[str, Any] = {
        **begin_frame(request, access),
        "about": about,
        "is_relative": is_relative,
        "back": f"{path_of('dashboard', tenant.slug)}?{selection.query()}",
        "recipients": find_recipients(tenant),
        "email_is_set": settings.EMAIL_IS_SET,
        "weekdays": [(str(number), name) for number, name in enumerate(WEEKDAYS)],
        "days": [str(number) for number in range(1, LAST_DAY + 1)],
        "hours": [(str(number), f"{number:02}:00") for number in range(24)],
        "given": {"every": "week", "weekday": "0", "day": "1", "hour": "7", **request.POST.dict()},
        "chosen": request.POST.getlist("to"),
        "form_key": _form_key(request.POST),
        "error": error,
    }
    return render(request, "sharing/schedule.html", context, status=422 if error else 200)


@require_POST
@tenant_required(Role.MANAGER)
def change_schedule(request: TenantRequest, access: TenantAccess, schedule_id: str, action: str) -> HttpResponse:
    """Pause, resume or delete a schedule."""
    schedules = ScheduleStore(access.tenant)
    match action:
        case "pause":
            is_done = schedules.pause(schedule_id)
        case "resume":
            is_done = schedules.resume(schedule_id, request.user, now=clock.now())
        case "delete":
            is_done = schedules.delete(schedule_id)
        case _:
            raise Http404("No such action.")
    if is_done:
        messages.success(request, _DONE[action])
    else:
        messages.warning(request, "Somebody else has changed or deleted this schedule. Nothing was changed.")
    return redirect("settings-schedules", access.tenant.slug)


@csrf_exempt  # the token authorizes the request, and mail programs post without a cookie (RFC 8058)
@never_cache
@require_http_methods(["GET", "POST"])
def unsubscribe_from_schedule(request: HttpRequest, token: str) -> HttpResponse:
    """Unsubscribes without signing in. Only a POST does, because mail scanners open links."""
    named = read_token(token)
    if named is None:
        raise Http404("No such link.")
    if request.method == "POST":
        unsubscribe(*named)
    schedule = find_schedule(named[0])
    tenant = Tenant.objects.filter(slug=schedule.tenant_id).first() if schedule else None
    context = {"schedule": schedule, "tenant_name": tenant.name if tenant else "", "is_done": request.method == "POST"}
    return render(request, "sharing/schedule_end.html", context)


def _read_rhythm(given: QueryDict) -> Rhythm:
    """Raises `Rejected`."""
    try:
        every = Every(given.get("every", ""))
        name = {Every.DAY: "", Every.WEEK: "weekday", Every.MONTH: "day"}[every]
        return Rhythm(every=every, on=int(given.get(name, "")) if name else 0, hour=int(given.get("hour", "")))
    except ValueError:
        raise Rejected("Choose a day and an hour.", field="every") from None


def _form_key(given: QueryDict) -> str:
    return given.get("form", "")[:64] or secrets.token_urlsafe(12)
