"""Correcting verdicts: what managers say of single tickets, and how they take it back.

A correction is written at once, also while a run has the tenant's lock. The run notices that, and plans its page again.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from supportsaas import clock
from supportsaas.db.mongo import Document
from supportsaas.web.rejected import Rejected
from tenants.models import Tenant
from tickets.classification.corrections import LONGEST_NOTE, Correction, Verdicts
from tickets.planning.page_plan import PagePlan
from tickets.rules.classifier import find_classifier
from tickets.service_levels.settings import find_clock_settings
from tickets.store.index_scans import BATCH_INDEX, ID_INDEX
from tickets.store.ticket_store import TicketStore

MOST_AT_ONCE: Final = 100
"""Tickets that are corrected together: what one page of a list can show."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Tickets that were corrected together, of which `corrected` are still live."""

    id: str
    corrected: int


def correct_tickets(
    tenant: Tenant,
    external_ids: Sequence[str],
    verdicts: Verdicts,
    *,
    by: str,
    note: str = "",
    is_sampled: bool = False,
    confirms: bool = False,
) -> Batch:
    """Give live tickets these verdicts; those that are not set stay as they are. `by` is a user name.

    A verdict that equals the ticket's is a confirmation, and is kept, too. `confirms`: nothing else is meant, so a ticket
    that has other verdicts by now is left alone. `is_sampled`: it was asked for, and the first answer counts, so a ticket
    whose urgency somebody has corrected is left alone. Raises `Rejected`.
    """
    if not verdicts:
        raise Rejected("Choose an urgency, a sentiment or whether action is needed.")
    if not external_ids:
        raise Rejected("Select at least one ticket.")
    if len(external_ids) > MOST_AT_ONCE:
        raise Rejected(f"You can correct at most {MOST_AT_ONCE} tickets at once.")
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise Rejected(f"Shorten the note to {LONGEST_NOTE} characters.", field="note")
    batch = str(uuid.uuid4())

    def plan(found: Sequence[Document]) -> PagePlan:
        writes = _empty_plan(tenant)
        for stored in found:
            new = Correction(verdicts, by=by, at=writes.now, batch=batch, note=note, is_sampled=is_sampled)
            writes.correct(stored, _over_earlier(new, stored))
        return writes

    match: Document = {"external_id": {"$in": list(external_ids)}}
    if confirms:
        match |= verdicts.known()
    if is_sampled:
        match["correction.urgency"] = {"$exists": False}
    return Batch(batch, TicketStore(tenant).change_now(match, plan, hint=ID_INDEX).updated)


def undo_correction(tenant: Tenant, external_id: str, *, by: str) -> bool:
    """Give the ticket back the verdicts it would have without its correction. Returns whether it had one."""
    match = {"external_id": external_id, "correction.at": {"$exists": True}}
    return _undo(tenant, match, hint=ID_INDEX, by=by, restores_earlier=False) > 0


def undo_batch(tenant: Tenant, batch: str, *, by: str) -> int:
    """Undo what a batch corrected and nobody has corrected since; earlier corrections return.

    Returns the number of tickets.
    """
    match = {"correction.batch": batch, "correction.at": {"$exists": True}}
    return _undo(tenant, match, hint=BATCH_INDEX, by=by, restores_earlier=True)


def find_batch(tenant: Tenant, batch: str) -> Batch | None:
    """The batch without tickets that somebody has corrected since; None if none are left."""
    match = {"correction.batch": batch, "correction.at": {"$exists": True}}
    count = TicketStore(tenant).count_matching(match, limit=MOST_AT_ONCE, hint=BATCH_INDEX)
    return Batch(batch, count) if count else None


def _undo(tenant: Tenant, match: Document, *, hint: str, by: str, restores_earlier: bool) -> int:
    def plan(found: Sequence[Document]) -> PagePlan:
        writes = _empty_plan(tenant)
        for stored in found:
            writes.undo_correction(stored, author=by, restores_earlier=restores_earlier)
        return writes

    return TicketStore(tenant).change_now(match, plan, hint=hint).updated


def _over_earlier(new: Correction, stored: Document) -> Correction:
    """The correction, with what was corrected of the ticket earlier, and with what the product had said."""
    earlier = Correction.of(stored)
    known, of_product = (earlier.verdicts, earlier.before) if earlier else (Verdicts(), Verdicts())
    verdicts = new.verdicts.over(known)
    before = of_product.over(Verdicts.of({name: stored[name] for name in verdicts.known()}))
    is_sampled = new.is_sampled or (earlier is not None and earlier.is_sampled)
    return replace(new, verdicts=verdicts, before=before, earlier=earlier, is_sampled=is_sampled)


def _empty_plan(tenant: Tenant) -> PagePlan:
    return PagePlan(
        tenant_id=tenant.slug,
        job_id="",
        now=clock.now(),
        classifier=find_classifier(tenant),
        clock_settings=find_clock_settings(tenant),
    )
