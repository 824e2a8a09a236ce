"""Notes about a ticket or a customer: adding one, changing and deleting it, and undoing that."""

import re
from typing import Any, Final, cast

from django.contrib import messages
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from supportsaas import clock
from supportsaas.web.rejected import Rejected
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import User
from tickets.notes.mentioning import find_names
from tickets.notes.store import LONGEST_NOTE, NoteStore, Subject, SubjectKind, new_token
from tickets.store.filters import LONGEST_VALUE
from tickets.store.ticket_store import TicketStore

PAGES: Final = {"ticket": "ticket", "customer": "customer"}
"""The page of each kind of subject."""
LONGEST_KEPT: Final = 4_000
_ID: Final = re.compile(r"[0-9a-f]{24}")


def known_id(given: str) -> str:
    """The id of a note, or nothing."""
    return given if _ID.fullmatch(given) else ""


def note_context(access: TenantAccess, user: User, subject: Subject) -> dict[str, Any]:
    """What `tickets/_notes.html` shows: the notes about a subject, and the form for another one."""
    found = NoteStore(access.tenant).find_about(subject)
    return {
        "notes": [(note, note.is_by(user), note.is_by(user) or access.can_run) for note in found],
        "note_subject": subject,
        "note_token": new_token(),
        "longest_note": LONGEST_NOTE,
    }


@require_POST
@tenant_required()
def add_note(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    kind, key = request.POST.get("kind", ""), request.POST.get("key", "")
    if kind not in PAGES or not key or len(key) > LONGEST_VALUE or "\0" in key:
        messages.error(request, "A note needs a ticket or a customer that it is about.")
        return redirect("customer-list", access.tenant.slug)
    subject = Subject(cast(SubjectKind, kind), key)
    if kind == "ticket" and TicketStore(access.tenant).find_ticket(key) is None:
        messages.error(request, "There is no such ticket any more. The note was not added.")
        return redirect("ticket-list", access.tenant.slug)
    text, token = request.POST.get("text", ""), request.POST.get("token", "")[:64]
    try:
        NoteStore(access.tenant).add(subject, text, by=request.user, now=clock.now(), token=token)
    except Rejected as error:
        messages.error(request, str(error))
    return redirect(_address(request, access, subject))


@require_GET
@tenant_required()
def suggest_names(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """The user names of the members, whom a note can mention."""
    return JsonResponse({"names": find_names(access.tenant)})


@require_POST
@tenant_required()
def edit_note(request: TenantRequest, access: TenantAccess, note_id: str) -> HttpResponse:
    """Change the text of an own note."""
    try:
        note = NoteStore(access.tenant).edit(note_id, request.POST.get("text", ""), by=request.user, now=clock.now())
    except Rejected as error:
        return _rejected(request, access, note_id, error)
    return redirect(_address(request, access, note.about))


@require_POST
@tenant_required()
def delete_note(request: TenantRequest, access: TenantAccess, note_id: str) -> HttpResponse:
    """The page of the subject then offers to undo it."""
    try:
        note = NoteStore(access.tenant).delete(note_id, by=request.user, is_manager=access.can_run, now=clock.now())
    except Rejected as error:
        return _rejected(request, access, note_id, error)
    return redirect(_address(request, access, note.about, deleted_note=note.id))


@require_POST
@tenant_required()
def restore_note(request: TenantRequest, access: TenantAccess, note_id: str) -> HttpResponse:
    try:
        note = NoteStore(access.tenant).restore(note_id, by=request.user, is_manager=access.can_run)
    except Rejected as error:
        return _rejected(request, access, note_id, error)
    return redirect(_address(request, access, note.about))


def _rejected(request: TenantRequest, access: TenantAccess, note_id: str, error: Rejected) -> HttpResponse:
    """Back to the page of the note, or to the list of customers if there is no such note."""
    messages.error(request, str(error))
    note = NoteStore(access.tenant).find(note_id)
    return redirect(_address(request, access, note.about)) if note else redirect("customer-list", access.tenant.slug)


def _address(request: TenantRequest, access: TenantAccess, subject: Subject, **more: str) -> str:
    """The notes on the page of the subject, which keeps the list that a ticket was opened from (`kept`)."""
    kept = QueryDict(request.POST.get("kept", "")[:LONGEST_KEPT], mutable=True)
    kept.pop("deleted_note", None)
    kept.update(more)
    return f"{_page_of(access, subject)}{'?' if kept else ''}{kept.urlencode()}#notes"


def _page_of(access: TenantAccess, subject: Subject) -> str:
    """The page of what the note is about; that of tickets for a moment."""
    name = PAGES.get(subject.kind)
    return (
        reverse(name, args=[access.tenant.slug, subject.key])
        if name
        else reverse("ticket-list", args=[access.tenant.slug])
    )
