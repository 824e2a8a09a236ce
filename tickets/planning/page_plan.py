"""The writes of a page, planned before anything is written. Pure.

A plan is made outside the transaction and then written as it is, so that repeating the transaction repeats the same
writes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from tickets.alerts.messages import TicketFacts
from tickets.alerts.routing import LONGEST_SUBJECT, Route
from tickets.alerts.untrusted_text import first_lines
from tickets.classification.classifier import BUILT_IN, TenantClassifier
from tickets.classification.corrections import Correction
from tickets.classification.in_words import verdict_sentences
from tickets.classification.stored_words import with_other_values
from tickets.classification.verdicts import Classification
from tickets.clocks.settings import NO_CLOCK_SETTINGS, ClockSettings
from tickets.clocks.stopwatch import CLOCK_INPUTS, clock_fields
from tickets.planning.changes import (
    Verdict,
    field_changes,
    initial_changes,
    overwrites,
    stored_fields,
    unknown_details,
)
from tickets.planning.conversations import with_stored_messages
from tickets.planning.reading import classify
from tickets.planning.told_history import BY_HELPDESK, entry_id, events_to_add, not_told, since, told_changes
from tickets.records.conversation import Conversation
from tickets.records.details import LANGUAGE_FOUND, given_details
from tickets.records.exchange import exchange_of
from tickets.records.normalize import TicketContent, apply_status_map
from tickets.records.origin import Origin
from tickets.records.status_moments import first_statuses, next_statuses
from tickets.records.statuses import StatusMap, spell_status
from tickets.records.told_events import NOTHING_TOLD, Telling, ToldEvent
from tickets.records.told_transitions import told_transitions
from tickets.records.transitions import (
    CLOCKS_DIFFER,
    first_transitions,
    is_only_mapped_otherwise,
    next_transitions,
)
from tickets.records.versions import Action, FieldChanges, ReadTicket, StoredVersion
from tickets.rollups.changed_customers import COUNTED_WITH_CUSTOMERS
from tickets.rollups.differences import COUNTED_FIELDS
from tickets.store.conversations import conversation_write
from tickets.store.page_writes import SEARCHABLE, SEARCHABLE_VALUES, Announcement, PageWrites

Document = dict[str, Any]
VERDICTS = frozenset(("urgency", "sentiment", "requires_action"))
RULES_CHANGED = "rules changed"
"""The reason of a history entry whose classification changed though the helpdesk's ticket did not."""
CORRECTED, CONFIRMED, UNDONE = "corrected", "confirmed", "correction undone"
OF_PERSONS = frozenset((CORRECTED, CONFIRMED, UNDONE))
"""The reasons of entries about what a person, their `author`, said of the classification."""
STATUS_MAPPED = "status mapped"
"""The reason of a history entry whose status changed though the helpdesk's did not."""

COUNTED = frozenset((*COUNTED_FIELDS, *COUNTED_WITH_CUSTOMERS))
"""The fields that statistics use: numbers, and what is kept about customers, change only if one of these does."""


@dataclass(slots=True)
class PagePlan(PageWrites):
    """Plans the writes of a page, ticket by ticket.

    `is_whole`: the page belongs to a whole read of the helpdesk. `retention_days`: how long alerts are kept.
    """

    routes: Sequence[Route] = ()
    retention_days: int | None = None
    classifier: TenantClassifier = BUILT_IN
    clock_settings: ClockSettings = NO_CLOCK_SETTINGS
    is_whole: bool = False

    def add_new(self, ticket: ReadTicket) -> None:
        content = ticket.content
        verdict = classify(content, classifier=self.classifier)
        fields = stored_fields(content, verdict)
        telling = self._telling(ticket)
        transitions = told_transitions(content, telling, now=self.now) or first_transitions(content, now=self.now)
        inserted = {
            "tenant_id": self.tenant_id,
            "external_id": content.external_id,
            **fields,
            **transitions.fields,
            "status_moments": first_statuses(content, telling),
            "digest": ticket.digest,
            "is_deleted": False,
            "deleted_at": None,
            "unindexed_since": self.now,
            "first_seen_at": self.now,
            "last_changed_at": self.now,
            **({"from_file": True} if ticket.from_file else {}),
            **_origin_fields(ticket),
            **_listed(ticket),
            **self._unread(ticket),
        }
        clocks = clock_fields(inserted, self.clock_settings)
        self.inserts.append(inserted | {name: value for name, value in clocks.items() if value is not None})
        self._add_conversation(ticket)
        self._record(content.external_id, "created", initial_changes(fields))
        self.told += self._told_entries(content.external_id, telling.events)
        self.differences.add(self.inserts[-1])
        self.new += 1
        self._announce(ticket, verdict, before=None)

    def add_same(self, ticket: ReadTicket, version: StoredVersion) -> None:
        """A ticket whose stored version stays; an older one that was read is remembered, to see whether it persists."""
        self.unchanged += 1
        values: Document = {}
        if version.from_file and not ticket.from_file:
            values["from_file"] = False
        if not version.is_comparable(ticket):
            values["mapping"] = ticket.origin.mapping  # from now on its stamp can be compared
        if version.digest == ticket.digest:
            if version.older is not None:
                values["older"] = None
        elif self.is_whole and not (version.older and version.older.is_of(ticket)):
            values["older"] = {
                "digest": ticket.digest,
                "updated_at": ticket.content.updated_at,
                "seen_at": self.now,
            }
        values |= self._unread(ticket, is_marked=version.is_unread)
        if values:
            self.updates.append((version.key, values))

    def add_known(self, ticket: ReadTicket, stored: Document, version: StoredVersion) -> None:
        """A ticket that is already stored, complete in `stored`, and may differ."""
        is_news = overwrites(version, ticket, now=self.now, is_whole=self.is_whole)
        # A deleted ticket that comes back unchanged may have missed a change of the rules.
        content = _content_beside(ticket, stored) if is_news else stored_content(stored)
        verdict = stored_verdict(content, stored, classifier_version=self.classifier.version) or classify(
            content, classifier=self._classifier_of(content, stored), correction=Correction.of(stored)
        )
        if stored["is_deleted"]:  # topics that were found since were not looked for in it
            found = self.classifier.topics.find(subject=content.subject, message=content.message)
            verdict = replace(verdict, topic_ids=found)
        fields = stored_fields(content, verdict)
        fields |= unknown_details(stored, fields)
        changes: FieldChanges = field_changes(stored, fields)
        # What an earlier version stored has no mapping: most likely it was the current one.
        is_corrected = is_news and "mapping" in stored and not version.is_comparable(ticket)
        telling = self._telling(ticket) if is_news else NOTHING_TOLD
        told = told_transitions(content, telling, now=self.now, stored=stored)
        are_told = bool(stored.get("events_digest")) and not (is_news and ticket.telling is not None)
        fields |= (
            told or next_transitions(stored, content, now=self.now, is_corrected=is_corrected, are_told=are_told)
        ).fields
        fields["status_moments"] = next_statuses(stored, content, telling, now=self.now)
        values: Document = {name: value for name, value in fields.items() if stored.get(name) != value}
        values["digest"] = ticket.digest if is_news else content.digest(classifier_version=self.classifier.version)
        if is_news:
            own = _origin_fields(ticket) | _listed(ticket)
            values |= {name: value for name, value in own.items() if stored.get(name) != value}
            self._add_conversation(ticket, had_messages=bool(stored.get("conversation_digest")))
            if ticket.conversation is None and version.listed:
                values["listed"] = ""  # its messages may have changed, too, and are requested when they can be
            if version.older is not None:
                values["older"] = None
        values |= self._unread(ticket, is_marked=version.is_unread)
        if version.from_file != ticket.from_file and (version.from_file or version.is_deleted):
            values["from_file"] = ticket.from_file
        if stored["is_deleted"]:
            changes["deleted_at"] = {"old": stored["deleted_at"], "new": None}
            values |= {"is_deleted": False, "deleted_at": None}
        values |= self._change_of_words(stored, values)
        values |= self._change_of_clocks(stored, values)
        if changes:
            values["last_changed_at"] = self.now
            action: Action = "restored" if stored["is_deleted"] else "updated"
            is_mapped = changes.keys() == {"status"} and is_only_mapped_otherwise(stored, content)
            noticed = changes if is_mapped else not_told(changes, since(telling.events, stored["updated_at"]))
            if noticed:
                self._record(content.external_id, action, noticed, reason=STATUS_MAPPED if is_mapped else "")
            self.updated += 1
            self.restored += stored["is_deleted"]
        else:
            self.unchanged += 1  # new rules, the same classification: only the digest changes
        self.told += self._told_entries(content.external_id, events_to_add(telling, stored))
        if is_corrected and stored.get("events_digest"):
            self.told_otherwise += self._told_entries(content.external_id, telling.events)
        self._update(stored, values)
        if stored["is_deleted"]:
            self.differences.add({**stored, **values})
        elif COUNTED & values.keys():
            self.differences.change(stored, {**stored, **values})
        # A ticket that is urgent only because of changed rules is not worth an alert.
        if changes.keys() & {"urgency", "sentiment"} and changes.keys() & {"subject", "message", "latest_message"}:
            self._announce(ticket, verdict, before=(stored["urgency"], stored["sentiment"]))

    def _classifier_of(self, content: TicketContent, stored: Document) -> TenantClassifier:
        """Newly learned weights change a stored ticket only if its text has changed, or once they are applied."""
        if has_other_text(content, stored):
            return self.classifier
        return self.classifier.for_stored(stored.get("learned_version") or 0)

    def correct(self, stored: Document, correction: Correction) -> None:
        """Give a stored ticket the verdicts of a correction."""
        verdicts = correction.verdicts.known()
        reason = CONFIRMED if all(stored[name] == verdict for name, verdict in verdicts.items()) else CORRECTED
        values = {**verdicts, "correction": correction.stored()}
        self._change_verdicts(stored, values, reason=reason, author=correction.by)

    def undo_correction(self, stored: Document, *, author: str, restores_earlier: bool = False) -> None:
        """Give a stored ticket the verdicts that it would have without its correction, or with the one before."""
        correction = Correction.of(stored)
        if correction is None:
            return
        earlier = correction.earlier if restores_earlier else None
        content = stored_content(stored)
        found = stored_fields(content, classify(content, classifier=self._classifier_of(content, stored)))
        own = {name: found[name] for name in correction.verdicts.known()}
        values = (
            {**own, **earlier.verdicts.known(), "correction": earlier.stored()}
            if earlier
            else {**own, "correction": None}
        )
        self._change_verdicts(stored, values, reason=UNDONE, author=author)

    def _change_verdicts(self, stored: Document, values: Document, *, reason: str, author: str) -> None:
        changes = field_changes(stored, {**stored, **values})
        values["corrections"] = (stored.get("corrections") or 0) + 1
        values |= self._change_of_clocks(stored, values)
        if changes:
            values["last_changed_at"] = self.now
            self.differences.change(stored, {**stored, **values})
        self.history.append(self.entry(stored["external_id"], "updated", changes, reason=reason, author=author))
        self.updated += 1
        self._update(stored, values)

    def _update(self, stored: Document, values: Document) -> None:
        self.updates.append((stored["_id"], values))
        self.corrections_seen[stored["_id"]] = stored.get("corrections")

    def _telling(self, ticket: ReadTicket) -> Telling:
        """What the helpdesk tells about the ticket's past."""
        return ticket.telling.until(self.now + CLOCKS_DIFFER) if ticket.telling else NOTHING_TOLD

    def _told_entries(self, external_id: str, events: Iterable[ToldEvent]) -> list[Document]:
        changed = ((each, told_changes(each)) for each in events)
        return [
            {
                **self.entry(external_id, "updated", changes),
                "_id": entry_id(self.tenant_id, external_id, event),
                "recorded_at": event.at,
                "told_by": BY_HELPDESK,
                **({"author": event.author} if event.author else {}),
            }
            for event, changes in changed
            if changes
        ]

    def _add_conversation(self, ticket: ReadTicket, *, had_messages: bool = False) -> None:
        if ticket.conversation is not None and (ticket.conversation.messages or had_messages):
            self.conversations.append(
                conversation_write(self.tenant_id, ticket.content.external_id, ticket.conversation)
            )

    def _unread(self, ticket: ReadTicket, *, is_marked: bool = False) -> Document:
        """Marks a ticket whose messages could not be read, so that the next run requests them; None removes the mark."""
        if ticket.unread:
            return {"unread": {"record": ticket.unread, "tried_at": self.now}}
        return {"unread": None} if is_marked and ticket.conversation is not None else {}

    def _change_of_words(self, stored: Document, values: Document) -> Document:
        """The ticket waits for its words if its text has changed. New values, such as an assignee, are words at once."""
        if stored["is_deleted"] or values.keys() & SEARCHABLE:
            return {"unindexed_since": self.now}
        if not values.keys() & SEARCHABLE_VALUES:
            return {}
        if "words" not in stored or "unindexed_since" in stored:
            return {"unindexed_since": self.now}
        return {"words": with_other_values(stored["words"], stored, {**stored, **values})}

    def _change_of_clocks(self, stored: Document, values: Document) -> Document:
        """The clocks that differ, if anything they follow from does. A deleted ticket may have missed other settings."""
        if CLOCK_INPUTS.isdisjoint(values) and not stored["is_deleted"]:
            return {}
        fields = clock_fields({**stored, **values}, self.clock_settings)
        return {name: value for name, value in fields.items() if stored.get(name) != value}

    def recount(self, stored: Document, conversation: Conversation | None) -> None:
        """Work out the clocks of a stored ticket again. `conversation`: its messages, if their order is not stored yet."""
        values: Document = {}
        if conversation is not None:
            created_at = None if stored.get("is_first_seen") else stored["created_at"]
            exchange = exchange_of(conversation, created_at=created_at, opening_text=stored["message"])
            values["exchange"] = list(exchange)
        fields = clock_fields({**stored, **values}, self.clock_settings)
        values |= {name: value for name, value in fields.items() if stored.get(name) != value}
        if not values:
            return
        self._update(stored, values)
        if "clocks" in values:
            self.differences.change(stored, {**stored, **values})
        self.updated += 1

    def reclassify(self, stored: Document, version: StoredVersion) -> None:
        """Classify a stored ticket by the classifier of this plan; nothing if it was already classified by them."""
        content = stored_content(stored)
        digest = content.digest(classifier_version=self.classifier.version)
        if digest != version.digest:
            self._add_stored(content, digest, stored, version)

    def remap(self, stored: Document, version: StoredVersion, statuses: StatusMap) -> None:
        """Give a stored ticket the status that the tenant's map gives it now, in our spelling."""
        content = stored_content(stored)
        status, mapped_from = apply_status_map(spell_status(content.mapped_from or content.status), statuses)
        if (status, mapped_from) != (content.status, content.mapped_from):
            content = replace(content, status=status, mapped_from=mapped_from)
            self._add_stored(content, content.digest(classifier_version=self.classifier.version), stored, version)
            if content.events_digest and version.listed:
                _, values = self.updates[-1]
                # Its earlier statuses mean something else, too, so its events are requested again.
                values["listed"] = ""

    def tag(self, stored: Document) -> None:
        """Give a stored ticket the topics that this plan's classifier finds in it."""
        found = list(self.classifier.topics.find(subject=stored["subject"], message=stored["message"]))
        if found == (stored.get("topic_ids") or []):
            return
        values: Document = {"topic_ids": found or None}
        values |= self._change_of_words(stored, values)
        self._update(stored, values)
        self.differences.change(stored, {**stored, **values})
        self.updated += 1

    def _add_stored(self, content: TicketContent, digest: str, stored: Document, version: StoredVersion) -> None:
        """Add the stored ticket as if it were read once more from its origin."""
        origin = Origin(name=stored.get("connection", ""), mapping=version.mapping)
        self.add_known(ReadTicket(content, digest, from_file=version.from_file, origin=origin), stored, version)

    def _record(self, external_id: str, action: Action, changes: FieldChanges, *, reason: str = "") -> None:
        if action == "updated" and changes.keys() <= VERDICTS:
            reason = RULES_CHANGED
        self.history.append(self.entry(external_id, action, changes, reason=reason))

    def _announce(self, ticket: ReadTicket, verdict: Verdict, *, before: tuple[str, str] | None) -> None:
        if not self.routes:
            return
        classification = verdict.classification
        facts = TicketFacts(
            ticket_id=ticket.content.external_id,
            subject=ticket.content.subject[:LONGEST_SUBJECT],
            customer_id=ticket.content.customer_id,
            urgency=classification.urgency,
            sentiment=classification.sentiment,
            reason="",
            created_at=ticket.content.created_at,
            alert=f"ticket {ticket.content.external_id} {ticket.digest}",
            customer_name=ticket.content.details.customer_name or "",
            helpdesk_url=ticket.content.details.url or "",
        )
        written_at = ticket.content.latest_message_at
        wanting = [
            route for route in self.routes if route.wants(facts, now=self.now, before=before, written_at=written_at)
        ]
        if not wanting:
            return
        facts = replace(facts, text=first_lines(ticket.content.latest_message or ticket.content.message))
        why = verdict_sentences(classification)
        event = f"{facts.ticket_id}\0{ticket.digest}"
        days = self.retention_days
        expires_at = None if days is None else facts.created_at + timedelta(days=days)
        self.announcements.extend(
            Announcement(
                channel_id=route.channel_id,
                event=event,
                ticket=replace(facts, reason=route.reason(why=why)),
                expires_at=expires_at,
            )
            for route in wanting
        )


def _origin_fields(ticket: ReadTicket) -> Document:
    """The connection or import of a ticket, and the mapping that its stored version was read with."""
    origin = ticket.origin
    return {
        **({"connection": origin.name} if origin.name else {}),
        "mapping": origin.mapping,
    }


def _content_beside(ticket: ReadTicket, stored: Document) -> TicketContent:
    """What was read of a stored ticket.

    One whose creation the helpdesk does not date keeps the date that it has here, and one whose messages or events were
    not read keeps what they said.
    """
    content = ticket.content
    if content.is_first_seen:
        content = replace(content, created_at=stored["created_at"])
    if ticket.telling is None:
        content = replace(content, events_digest=stored.get("events_digest") or "")
    return content if ticket.conversation is not None else with_stored_messages(content, stored)


def _listed(ticket: ReadTicket) -> Document:
    """What shows at the next read whether the messages have to be requested again."""
    return {} if ticket.conversation is None else {"listed": ticket.listed}


def stored_content(stored: Document) -> TicketContent:
    """What the stored version says, as it was read."""
    names = ("external_id", "source", "customer_id", "subject", "message", "status", "created_at", "updated_at")
    # What earlier versions did not keep is not known.
    later: Document = {name: stored.get(name) for name in ("resolved_at", "mapped_from", "latest_message_at")}
    later["is_first_seen"] = bool(stored.get("is_first_seen"))
    later |= {name: stored.get(name) or "" for name in ("latest_message", "conversation_digest", "events_digest")}
    later["exchange"] = tuple(stored.get("exchange") or ())
    return TicketContent(**{name: stored[name] for name in names}, **later, details=given_details(stored))


def has_other_text(content: TicketContent, stored: Document) -> bool:
    texts = (content.subject, content.message, content.latest_message)
    return texts != (stored["subject"], stored["message"], stored.get("latest_message") or "")


def stored_verdict(content: TicketContent, stored: Document, *, classifier_version: str) -> Verdict | None:
    """The stored verdict if neither the text, its language nor the rules have changed since, else None.

    Most changes are changes of the status, and classifying costs more than anything else. The stored digest shows
    which rules the stored text was classified by.
    """
    if has_other_text(content, stored):
        return None
    before = stored_content(stored)
    if content.details.language != before.details.language:
        return None
    if before.digest(classifier_version=classifier_version) != stored["digest"]:
        return None
    classification = Classification(
        urgency=stored["urgency"],
        sentiment=stored["sentiment"],
        requires_action=stored["requires_action"],
        keywords=tuple(stored["keywords"]),
        evidence=(),
        language=stored["language"] if stored.get(LANGUAGE_FOUND) else "",
    )
    return Verdict(
        classification,
        topics=tuple(stored["topics"]),
        topic_ids=tuple(stored.get("topic_ids") or ()),
        learned_version=stored.get("learned_version") or 0,
    )
