"""Notes about moments, such as a release: the page that lists them, and the form that a chart opens."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from supportsaas import clock
from supportsaas.web.page_paths import path_of
from supportsaas.web.rejected import Rejected
from tenants.access import TenantAccess, TenantRequest, safe_next, tenant_required
from tenants.models import Role
from tickets.notes.store import LONGEST_NOTE, MOST_MOMENTS, Note, NoteStore, Subject, new_token
from tickets.records.period import day_start
from tickets.store.filters import FilterError, parse_moment
from tickets.views.fragments import is_fragment_request, vary_on_htmx
from tickets.views.notes.subject_notes import known_id

BEGINNING: Final = timedelta(days=3653)
"""Notes of a time as long ago are not listed."""


@dataclass(frozen=True, slots=True)
class NoteForm:
    """What the form shows: a day, a time of it or none, and a text."""

    day: str
    time: str
    text: str
    token: str
    back: str

    @classmethod
    def of(cls, at: str, access: TenantAccess, *, back: str, now: datetime) -> "NoteForm":
        """Of the moment that a link names, otherwise of today."""
        zone = access.tenant.zone
        try:
            moment = parse_moment("at", at, zone=zone) if at else day_start(now.astimezone(zone).date(), zone)
        except FilterError:
            moment = day_start(now.astimezone(zone).date(), zone)
        local = moment.astimezone(zone)
        written = "" if moment == day_start(local.date(), zone) else f"{local:%H:%M}"
        return cls(local.date().isoformat(), written, "", new_token(), back)

    @classmethod
    def sent(cls, request: TenantRequest, *, back: str) -> "NoteForm":
        given = {name: request.POST.get(name, "").strip() for name in ("day", "time", "text", "token")}
        return cls(given["day"], given["time"], given["text"], given["token"] or new_token(), back)

    def moment(self, access: TenantAccess) -> datetime:
        """Raises `Rejected`."""
        try:
            day = date.fromisoformat(self.day)
        except ValueError:
            raise Rejected("Choose a day.", field="day") from None
        try:
            of_day = time.fromisoformat(self.time) if self.time else None
        except ValueError:
            raise Rejected("Write the time like 14:30, or leave it empty.", field="time") from None
        if not 1900 <= day.year <= 9000:
            raise Rejected("Choose a day of this century.", field="day")
        zone = access.tenant.zone
        return (
            day_start(day, zone) if of_day is None else datetime.combine(day, of_day.replace(tzinfo=None), tzinfo=zone)
        )


@require_GET
@tenant_required()
def show_moments(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """All notes about moments. For htmx, the form alone, with the moment in `at`."""
    form = NoteForm.of(request.GET.get("at", ""), access, back=_back(request, access), now=clock.now())
    if is_fragment_request(request):
        return vary_on_htmx(render(request, "notes/_moment_form.html", {"form": form, "longest": LONGEST_NOTE}))
    return _page(request, access, form, deleted_id=known_id(request.GET.get("deleted", "")))


@require_POST
@tenant_required(Role.MANAGER)
def add_moment(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    form = NoteForm.sent(request, back=_back(request, access))
    try:
        at = form.moment(access)
        NoteStore(access.tenant).add(
            Subject("moment"), form.text, by=request.user, now=clock.now(), at=at, token=form.token
        )
    except Rejected as error:
        return _page(request, access, form, error=error, status=422)
    messages.success(request, "The note is on the charts.")
    return redirect(form.back)


@require_POST
@tenant_required(Role.MANAGER)
def delete_moment(request: TenantRequest, access: TenantAccess, note_id: str) -> HttpResponse:
    try:
        NoteStore(access.tenant).delete(note_id, by=request.user, is_manager=access.can_run, now=clock.now())
    except Rejected as error:
        messages.error(request, str(error))
        return redirect("moments", access.tenant.slug)
    return redirect(f"{path_of('moments', access.tenant.slug)}?deleted={note_id}")


@require_POST
@tenant_required(Role.MANAGER)
def restore_moment(request: TenantRequest, access: TenantAccess, note_id: str) -> HttpResponse:
    try:
        NoteStore(access.tenant).restore(note_id, by=request.user, is_manager=access.can_run)
        messages.success(request, "The note is back.")
    except Rejected as error:
        messages.error(request, str(error))
    return redirect("moments", access.tenant.slug)


def _page(
    request: TenantRequest,
    access: TenantAccess,
    form: NoteForm,
    *,
    error: Rejected | None = None,
    deleted_id: str = "",
    status: int = 200,
) -> HttpResponse:
    now = clock.now()
    found = NoteStore(access.tenant).find_moments(now - BEGINNING, now + BEGINNING)
    context: dict[str, Any] = {
        "notes": [(each, _day_of(each, access)) for each in reversed(found)],
        "is_cut": len(found) == MOST_MOMENTS,
        "form": form,
        "longest": LONGEST_NOTE,
        "errors": {error.field or "text": str(error)} if error else {},
        "deleted_id": deleted_id,
    }
    return render(request, "notes/moments.html", context, status=status)


def _day_of(note: Note, access: TenantAccess) -> date | None:
    """The day that a note is about; None for one about a time of day. Its first moment stands for a day."""
    zone = access.tenant.zone
    day = (note.at or note.created_at).astimezone(zone).date()
    return day if note.at == day_start(day, zone) else None


def _back(request: TenantRequest, access: TenantAccess) -> str:
    wanted = request.POST.get("back") or request.GET.get("back") or ""
    return safe_next(request, wanted) if wanted else path_of("dashboard", access.tenant.slug)
