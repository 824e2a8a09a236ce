"""The list of a tenant's tickets, and the page of one ticket with its classification and history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from supportsaas import clock
from supportsaas.db.paging import END, Cursor, CursorError
from supportsaas.db.parallel import start
from supportsaas.formatting import format_label
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tickets.classification.corrections import Correction
from tickets.classification.highlighting import excerpt_hits, mark_hits, mark_text, reasons
from tickets.classification.language_names import language_code, language_name
from tickets.classification.search_query import NO_QUERY, Query, QueryError, parse_query
from tickets.classification.verdicts import Category, Classification
from tickets.corrections.correcting import find_batch
from tickets.corrections.proposing import propose_rule
from tickets.ingestion.name_spaces import find_connection_names
from tickets.records.conversation import Conversation, newest_of_customer
from tickets.records.details import ExtraValue, stored_details
from tickets.records.statuses import state_of
from tickets.rules.classifier import find_classifier
from tickets.rules.model import find_deciding
from tickets.rules.reclassification import RECLASSIFICATION
from tickets.service_levels.settings import find_clock_settings
from tickets.store.filters import LONGEST_VALUE, FilterError, TicketFilter
from tickets.store.list_columns import Column, list_query, parse_columns
from tickets.store.ticket_queries import TicketPage
from tickets.store.ticket_store import TicketStore
from tickets.store.word_index import WordIndex
from tickets.topics.store import TopicStore
from tickets.views.fragments import begin_frame, render_page_or_fragment
from tickets.views.tickets.clock_lines import clock_lines
from tickets.views.tickets.field_filters import are_unfolded, begin_field_filters
from tickets.views.tickets.filter_bar import ChoiceGroup, chips, choice_groups, date_fields, kept_filters
from tickets.views.tickets.saved_views import view_links
from tickets.views.tickets.timeline import timeline_entry

PAGE_SIZE = 50
EXCERPT = 200
SUBJECT, LINE = 200, 160
"""The characters of a subject and of a message in a list, as templates/tickets/_table.jinja cuts them."""

EXCERPT_OF_A_HIT = 4_000
OTHER_TICKETS = 8
FOLD_AFTER = 3_000
HISTORY_AT_FIRST = 50
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
def show_ticket_list(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """Tickets, newest first or most overdue first, filtered by the address; status 400 with the field's name if a filter is invalid."""
    store, zone = TicketStore(access.tenant), access.tenant.zone
    frame = begin_frame(request, access)
    connection_names = start(partial(find_connection_names, access.tenant))
    errors: dict[str, str] = {}
    wanted, page, cursor_text = TicketFilter(), None, request.GET.get("cursor", "")
    given, columns = dict(request.GET.lists()), tuple[Column, ...]()
    try:
        columns = parse_columns(given)
        wanted = TicketFilter.parse(given, zone=zone)
        cursor = Cursor.decode(cursor_text) if cursor_text else None
    except FilterError as error:
        errors[error.field] = error.reason
    except CursorError:
        errors["cursor"] = "The page in this address is not valid. The address may be incomplete."
    unfolded = are_unfolded(wanted, columns, request.GET)
    fields = begin_field_filters(access.tenant, wanted, columns) if unfolded else None
    if not errors:
        try:
            counts_all = request.GET.get("count") == "all"
            find_page = store.queries.full_page_by_cursor if counts_all else store.queries.page_by_cursor
            excerpt = EXCERPT_OF_A_HIT if wanted.q else EXCERPT
            page = find_page(wanted, size=PAGE_SIZE, cursor=cursor, excerpt=excerpt)
        except FilterError as error:
            errors[error.field] = error.reason
    search = parse_query(wanted.q or "")
    if page is not None and search.terms:
        _mark_tickets(page, search)
    links = view_links(access, wanted, columns)
    query = list_query(wanted.query(), columns)
    context: dict[str, Any] = {
        **frame,
        "connection_names": connection_names(),
        "links": links,
        "is_saved": any(link.is_active for link in links),
        "wanted": wanted,
        "page": page,
        "has_cursor": bool(cursor_text),
        "query": query,
        "columns": columns,
        "columns_query": list_query("", columns),
        "next_query": _page_query(query, page.next_cursor if page else None),
        "previous_query": _page_query(query, page.previous_cursor if page else None),
        "last_query": _page_query(query, END.encode()),
        "search_query": urlencode({"q": wanted.q}) if wanted.q else "",
        "ignored": search.ignored,
        "waiting": WordIndex(access.tenant).find_waiting() if wanted.q else None,
        "groups": _choice_groups(store, wanted, page),
        "language_name": language_name,
        "fields": fields() if fields else None,
        "chips": chips(wanted, zone, columns, topics=TopicStore(access.tenant).find_names(wanted.topic)),
        "only_unknown": ("unknown",),
        "kept": kept_filters(wanted),
        "dates": date_fields(wanted, zone, errors),
        "errors": errors,
        "batch": find_batch(access.tenant, batch) if (batch := request.GET.get("corrected", "")) else None,
        "list_address": f"{request.path}?{_page_query(query, cursor_text) if cursor_text else query}".rstrip("?"),
        "has_tickets": bool((page and page.total) or store.queries.has_any()),
    }
    response = render_page_or_fragment(
        request, "tickets/list.html", "tickets/_list.html", context, status=400 if errors else 200
    )
    if not errors:
        # The address without empty fields of the form.
        shown = _page_query(query, cursor_text) if cursor_text else query
        response["HX-Push-Url"] = f"{request.path}?{shown}" if shown else request.path
    return response


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
    query = _query_of(request)
    wants_all = request.GET.get("history") == "all"
    limit = HISTORY_AT_MOST if wants_all else HISTORY_AT_FIRST
    entries = store.find_history(external_id, limit=limit + 1)
    others, customer_total = _other_tickets(store, ticket)
    context: dict[str, Any] = {
        "ticket": ticket,
        "details": details,
        "topics": TopicStore(access.tenant).find_listed_of(ticket.get("topic_ids") or ()),
        "extra": [ExtraField.of(name, details.extra[name]) for name in sorted(details.extra)],
        "connection": names.of(external_id) if (names := find_connection_names(access.tenant)) else "",
        "is_status_unknown": state_of(ticket["status"]) == "unknown",
        "clock_lines": clock_lines(ticket, find_clock_settings(access.tenant), clock.now()),
        "subject": mark_text(ticket["subject"], verdict, "subject", query=query),
        "message": mark_text(ticket["message"], verdict, "message", end=FOLD_AFTER, query=query),
        "message_rest": mark_text(ticket["message"], verdict, "message", start=FOLD_AFTER, query=query),
        "message_rest_length": max(len(ticket["message"]) - FOLD_AFTER, 0),
        "replies": _replies(ticket, conversation, verdict, query) if conversation else (),
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
        "customer_total": customer_total,
        "history": [timeline_entry(entry, access.tenant.zone) for entry in entries[:limit]],
        "has_more_history": len(entries) > limit,
        "history_limit": limit,
        "shows_all": wants_all,
    }
    return render(request, "tickets/ticket.html", context)


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


def _replies(
    ticket: Mapping[str, Any], conversation: Conversation, verdict: Classification, query: Query
) -> list[dict[str, Any]]:
    """The messages after the first, the newest one of the customer with what decided in it."""
    replies = conversation.replies_after(ticket["message"])
    latest = ticket.get("latest_message") or ""
    newest = newest_of_customer(replies)
    return [
        {
            "message": each,
            "text": mark_text(latest, verdict, "latest_message", query=query)
            if each is newest and each.text == latest
            else mark_hits(each.text, query),
        }
        for each in replies
    ]


def _mark_tickets(page: TicketPage, query: Query) -> None:
    """Give each ticket its subject, and an excerpt around the first hit, as highlighted segments."""
    for ticket in page.tickets:
        ticket["marked_subject"] = mark_hits(ticket["subject"][:SUBJECT], query)
        ticket["marked_message"] = excerpt_hits(ticket["message"], query, length=LINE)


def _query_of(request: HttpRequest) -> Query:
    """The search of the list that linked here, or no query if it is not valid."""
    try:
        return parse_query(request.GET.get("q", "")[:LONGEST_VALUE])
    except QueryError:
        return NO_QUERY


def _choice_groups(store: TicketStore, wanted: TicketFilter, page: TicketPage | None) -> list[ChoiceGroup]:
    """The choices with their counts, or without counts if too many tickets match to count them."""
    if page is not None and page.choices is not None:
        return choice_groups(wanted, page.choices)
    everything = store.queries.count_choices(TicketFilter()) or {}
    return choice_groups(wanted, everything, is_counted=page is None)


def _page_query(query: str, cursor: str | None) -> str:
    return "&".join(part for part in (query, f"cursor={cursor}") if part) if cursor else ""


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
