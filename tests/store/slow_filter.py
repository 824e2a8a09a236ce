"""The filters of a list in plain and slow Python, for tests to compare lists with."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.builders import NOON
from tickets.classification.search_query import IGNORED
from tickets.records.dimensions import FILTERED_FIELDS
from tickets.store.filters import EXCLUDED, TicketFilter

_PIECES = re.compile(r'"([^"]*)"|(\S+)')


def lets_through(wanted: TicketFilter, ticket: Mapping[str, Any], *, now: datetime = NOON) -> bool:
    if not _clocks_let_through(wanted, ticket, now):
        return False
    if ticket["is_deleted"]:
        return False
    for name in ("status", "urgency", "sentiment", "source", "connection", "team", "priority"):
        if getattr(wanted, name) and ticket.get(name) not in getattr(wanted, name):
            return False
    for name in ("assignee", "type", "organisation", "language", "rating"):
        if getattr(wanted, name) and ticket.get(name) not in getattr(wanted, name):
            return False
    for name, of in EXCLUDED.items():
        field = FILTERED_FIELDS.get(of, of)
        value = ticket.get(field) or ()
        if set(getattr(wanted, name)) & ({value} if isinstance(value, str) else set(value)):
            return False
    if wanted.tag and not set(wanted.tag) & set(ticket.get("tags", ())):
        return False
    if wanted.state and not set(states(ticket)) & set(wanted.state):
        return False
    return (
        (wanted.requires_action is None or ticket["requires_action"] == wanted.requires_action)
        and (wanted.customer_id is None or ticket["customer_id"] == wanted.customer_id)
        and (wanted.keyword is None or wanted.keyword in ticket["topics"])
        and (wanted.created_from is None or ticket["created_at"] >= wanted.created_from)
        and (wanted.created_to is None or ticket["created_at"] < wanted.created_to)
        and (wanted.q is None or _is_found(wanted.q, ticket))
    )


def _clocks_let_through(wanted: TicketFilter, ticket: Mapping[str, Any], now: datetime) -> bool:
    turns = ticket.get("turns", [])
    resolved = turns[-1:] if ticket["status"] == "closed" else []
    stopped, due = ticket.get("clocks", []), ticket.get("due", [])
    is_of_stopped = any((wanted.clock, wanted.met is not None, wanted.stopped_from, wanted.stopped_to))
    is_of_target = any(each.get("target") == wanted.target for each in (*stopped, *due))
    return (
        (not wanted.due or any(_due(at, now) in wanted.due for at in _due_moments(wanted, ticket)))
        and (not wanted.waiting_for or ticket.get("waiting_for") in wanted.waiting_for)
        and (not is_of_stopped or any(_is_wanted(wanted, each) for each in stopped))
        and (wanted.target is None or bool(wanted.due) or is_of_stopped or is_of_target)
        and _any_within(resolved, wanted.resolved_from, wanted.resolved_to)
        and _any_within(turns[1::2], wanted.reopened_from, wanted.reopened_to)
    )


def _due_moments(wanted: TicketFilter, ticket: Mapping[str, Any]) -> list[datetime]:
    if wanted.target is None:
        return [ticket["next_due_at"]] if "next_due_at" in ticket else []
    return [each["at"] for each in ticket.get("due", ()) if each["target"] == wanted.target]


def _due(at: datetime, now: datetime) -> str | None:
    if at >= now + timedelta(hours=4):
        return None
    return "breached" if at < now else "soon"


def _is_wanted(wanted: TicketFilter, stopped: Mapping[str, Any]) -> bool:
    is_met = wanted.met is None or stopped.get("met") is wanted.met
    within = _any_within([stopped["at"]], wanted.stopped_from, wanted.stopped_to)
    is_of_target = wanted.target is None or stopped.get("target") == wanted.target
    return wanted.clock in (None, stopped["clock"]) and is_met and is_of_target and within


def _any_within(moments: list[datetime], start: datetime | None, end: datetime | None) -> bool:
    if start is None and end is None:
        return True
    return any((start is None or each >= start) and (end is None or each < end) for each in moments)


def states(ticket: Mapping[str, Any]) -> list[str]:
    """The lists by state that a ticket is in, said of the few statuses that tests use."""
    meanings = {"open": ["open"], "closed": ["closed"]}
    return meanings.get(ticket["status"], ["open", "unknown"])


def _is_found(q: str, ticket: Mapping[str, Any]) -> bool:
    if "words" not in ticket:
        return False
    terms = []
    for quoted, plain in _PIECES.findall(q):
        words = _split(quoted or plain)
        if words and not (set(words) <= IGNORED and "*" not in plain):
            terms.append((words, (quoted or plain).endswith("*")))
    return bool(terms) and all(_occurs(words, is_prefix, ticket) for words, is_prefix in terms)


def _occurs(words: list[str], is_prefix: bool, ticket: Mapping[str, Any]) -> bool:
    texts = [_split(ticket["subject"]), _split(ticket["message"])]
    for name in ("external_id", "customer_id"):
        pieces = _split(ticket[name])
        # Of an id its letters alone find nothing, unless it has no digits at all.
        telling = [each for each in pieces if not each.isalpha()] or pieces
        texts += [[each] for each in telling] if len(words) == 1 else [pieces]
    for text in texts:
        for start in range(len(text) - len(words) + 1):
            *whole, last = text[start : start + len(words)]
            if whole == words[:-1] and (last.startswith(words[-1]) if is_prefix else last == words[-1]):
                return True
    return False


def _split(text: str) -> list[str]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.findall(r"[^\W_]+", plain)
