"""Tickets that the records of a page report as deleted, as in helpdesks that keep a deleted ticket in their lists."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings

from supportsaas.formatting import format_count, format_number
from tickets.ingestion.deletions import brake_applies
from tickets.records.origin import Origin
from tickets.store.ticket_store import TicketStore


@dataclass(slots=True, kw_only=True)
class ReportedDeletions:
    """Of one run. Deletes with each page, so that a run that is killed loses none; the brake counts the whole run.

    `is_confirmed`: a person has agreed to the deletions. `delete` marks tickets as deleted, `warn` takes a code and a
    sentence.
    """

    store: TicketStore
    origin: Origin
    is_confirmed: bool
    delete: Callable[[list[str]], None]
    warn: Callable[[str, str], None]
    _deleted: int = 0
    _stored: int | None = None
    _is_stopped: bool = False

    def take(self, ids: Sequence[str]) -> None:
        """Delete those of the helpdesk's ids whose tickets are live; none any more once the brake has applied."""
        if not ids or self._is_stopped:
            return
        live = list(self.store.live_ids_of_helpdesk(self.origin.external_ids(ids)))
        if not live:
            return
        if self._stored is None:
            self._stored = self.store.count_live(self.origin)
        if self._is_braked(self._deleted + len(live), self._stored):
            self._is_stopped = True
            self.warn(
                "deletion_brake",
                f"The helpdesk reports at least {format_number(self._deleted + len(live))} of "
                f"{format_count(self._stored, 'stored ticket')} as deleted. That looks like a problem in the helpdesk, "
                "so no more were deleted. If it is right, confirm the deletion.",
            )
            return
        self.delete(live)
        self._deleted += len(live)

    def _is_braked(self, deletions: int, stored: int) -> bool:
        return not self.is_confirmed and brake_applies(
            deletions=deletions,
            stored=stored,
            seen=None,
            most=settings.DELETION_BRAKE_TICKETS,
            most_percent=settings.DELETION_BRAKE_PERCENT,
        )
