"""The page of one ticket with its classification and history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from supportsaas import clock
from supportsaas.formatting import format_label
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tickets.classification.corrections import Correction
from tickets.classification.highlighting import mark_text, reasons
from tickets.classification.language_names import language_code, language_name
from tickets.classification.verdicts import Category, Classification
from tickets.corrections.proposing import propose_rule
from tickets.customers.store import CustomerStore
from tickets.incidents.store import IncidentStore
from tickets.ingestion.name_spaces import find_connection_names
from tickets.notes.store import LONGEST_NOTE, NoteStore, Subject, new_token
from tickets.records.details import ExtraValue, stored_details
from tickets.records.statuses import state_of
from tickets.rules.classifier import find_classifier
from tickets.rules.model import find_deciding
from tickets.rules.reclassification import RECLASSIFICATION
from tickets.service_levels.settings import find_clock_settings
from tickets.store.ticket_store import TicketStore
from tickets.topics.store import TopicStore
from tickets.views.alerts.ticket_alert import find_ticket_alert
from tickets.views.notes.subject_notes import known_id
from tickets.views.tickets.clock_lines import clock_lines
from tickets.views.tickets.in_list import find_in_list, query_of
from tickets.views.tickets.thread import fold_marked, thread_of
from tickets.views.tickets.timeline import timeline_entry

OTHER_TICKETS = 8
HISTORY_AT_FIRST = 5
HISTORY_AT_MOST = 1_000

_VERDICT_NAMES: Final = {"urgency": "Urgency", "sentiment": "Sentiment", "requires_action": "Needs action"}
CATEGORIES: Final[Mapping[str, Category]] = {
    "urgency": "urgency",
    "sentiment": "sentiment",
    "requires_action": "action",
}
"""The categories of evidence, by the verdict's field."""


@dataclass(frozen=True, slots=True)
class ExtraField:
    """A field of the tenant's own: a moment, or a text."""

    name: str
    text: str
    moment: datetime | None

    @classmethod
    def of(cls, name: str, value: ExtraValue) -> "ExtraField":
        if isinstance(value, datetime):
            return cls(name, "", value)
        text = value if isinstance(value, str) else format_label(value) if isinstance(value, bool) else str(value)
        return cls(name, text, None)


@require_GET
@tenant_required()
def show_ticket(request: TenantRequest, access: TenantAccess, external_id: str) -> HttpResponse:
    store = TicketStore(access.tenant)
    ticket = store.find_ticket(external_id)
    if ticket is None:
        raise Http404("There is no such ticket.")
    details = stored_details(ticket)
    correction = Correction.of(ticket)
    latest = ticket.get("latest_message") or ""
    classifier = find_classifier(access.tenant).for_stored(ticket.get("learned_version") or 0)
    found = classifier.classify(
        subject=ticket["subject"], message=ticket["message"], latest=latest, language=details.language
    )
    verdict = correction.apply(found) if correction else found
    conversation = store.find_conversation(external_id)
    notes = NoteStore(access.tenant).find_about(Subject("ticket", external_id))
    query = query_of(request)
    wants_all = request.GET.get("history") == "all"
    limit = HISTORY_AT_MOST if wants_all else HISTORY_AT_FIRST
    entries = store.find_history(external_id, limit=limit + 1)
    others, customer_total = _other_tickets(store, ticket)
    context: dict[str, Any] = {
        "ticket": ticket,
        "in_list": find_in_list(request, access, ticket),
        "alert": find_ticket_alert(access.tenant, external_id),
        "details": details,
        "topics": TopicStore(access.tenant).find_listed_of(ticket.get("topic_ids") or ()),
        "extra": [ExtraField.of(name, details.extra[name]) for name in sorted(details.extra)],
        "connection": names.of(external_id) if (names := find_connection_names(access.tenant)) else "",
        "is_status_unknown": state_of(ticket["status"]) == "unknown",
        "clock_lines": clock_lines(ticket, find_clock_settings(access.tenant), clock.now()),
        "subject": mark_text(ticket["subject"], verdict, "subject", query=query),
        "message": fold_marked(ticket["message"], verdict, "message", query),
        "thread": (
            thread := thread_of(ticket, conversation, notes, verdict, query=query, access=access, user=request.user)
        ),
        "has_replies": len(thread) > len(notes),
        "note_token": new_token(),
        "longest_note": LONGEST_NOTE,
        "deleted_note": known_id(request.GET.get("deleted_note", "")),
        "left_out_messages": conversation.left_out if conversation else 0,
        "reasons": (why := reasons(verdict)),
        "is_unread": all(each.verdict == "unknown" for each in why),
        "learned_version": classifier.learned_version,
        "unclassified_language": _unclassified_language(verdict),
        "language_name": language_name,
        "deciding_rules": find_deciding(access.tenant, verdict.decisions),
        **_correction_context(access, ticket, correction, found),
        "differences": _differences(ticket, verdict),
        "reclassification": RECLASSIFICATION.find_progress(access.tenant),
        "others": others,
        "known_customer": CustomerStore(access.tenant).find(ticket["customer_id"]) if ticket["customer_id"] else None,
        "incidents": IncidentStore(access.tenant).find_of_ticket(external_id),
        "customer_total": customer_total,
        "history": [timeline_entry(entry, access.tenant.zone) for entry in entries[:limit]],
        "has_more_history": len(entries) > limit,
        "history_limit": limit,
        "shows_all": wants_all,
        "kept_query": _kept_query(request),
    }
    return render(request, "tickets/ticket.html", context)


def _kept_query(request: TenantRequest) -> str:
    """The query string of a link to the same page: the list that it was opened from."""
    kept = request.GET.copy()
    for name in ("history", "deleted_note"):
        kept.pop(name, None)
    return kept.urlencode()


def _correction_context(
    access: TenantAccess, ticket: Mapping[str, Any], correction: Correction | None, found: Classification
) -> dict[str, Any]:
    """`found`: how the ticket is classified without its correction."""
    if correction is None:
        return {"correction": None, "corrected": ()}
    proposed = propose_rule(ticket, correction, found)
    written_at = ticket.get("latest_message_at")
    return {
        "correction": correction,
        "corrected": [CATEGORIES[name] for name in correction.verdicts.known()],
        "corrected_from": [
            f"{_VERDICT_NAMES[name]}: {format_label(before).lower()} → {format_label(correction.verdicts.known()[name]).lower()}"
            for name, before in correction.before.known().items()
            if before != correction.verdicts.known()[name]
        ],
        "customer_wrote_since": written_at is not None and written_at > correction.at,
        "rule_address": f"{reverse('rule-add', args=[access.tenant.slug])}?{urlencode(proposed)}" if proposed else "",
    }


def _unclassified_language(verdict: Classification) -> str:
    """What a ticket with an unknown verdict is written in; empty if every verdict is known, or the language is not."""
    return language_name(verdict.language) if verdict.is_unclassified and language_code(verdict.language) else ""


def _other_tickets(store: TicketStore, ticket: Mapping[str, Any]) -> tuple[list[dict[str, Any]], int]:
    """The customer's newest other tickets, and how many tickets the customer has."""
    if not ticket["customer_id"]:
        return [], 0
    newest, total = store.queries.newest_of_customer(ticket["customer_id"], limit=OTHER_TICKETS + 1)
    return [each for each in newest if each["external_id"] != ticket["external_id"]][:OTHER_TICKETS], total


def _differences(ticket: Mapping[str, Any], verdict: Classification) -> list[str]:
    """The stored verdicts that the current rules would change, in words."""
    stored = (ticket["urgency"], ticket["sentiment"], ticket["requires_action"])
    present = (verdict.urgency, verdict.sentiment, verdict.requires_action)
    return [
        f"{name.lower()} {format_label(old).lower()}"
        for name, old, new in zip(_VERDICT_NAMES.values(), stored, present, strict=True)
        if old != new
    ]
