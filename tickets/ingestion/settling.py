"""What a read comes to once its pages are stored: whether some slipped past, and what is deleted."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from supportsaas.formatting import format_count, format_number
from tickets.helpdesks import TicketSource
from tickets.helpdesks.base import POSITION_EXPIRED, Position, SourceError
from tickets.ingestion.deletions import brake_applies
from tickets.ingestion.listing import Listing
from tickets.planning.reading import read_records
from tickets.records.origin import Origin
from tickets.store.ticket_store import TicketStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """Of one run. `is_confirmed`: a person has agreed to the deletions.

    `delete` marks tickets as deleted, `look_again` reads the same once more and compares it with the
    first listing, `warn` takes a code and a sentence.
    """

    source: TicketSource
    store: TicketStore
    origin: Origin
    is_confirmed: bool
    delete: Callable[[list[str]], None]
    look_again: Callable[[Listing], Listing]
    warn: Callable[[str, str], None]

    def settle(self, first: Listing, *, is_whole: bool, goes_on: bool) -> bool:
        """Look again where tickets may have slipped past, and delete those that are gone; whether none was missed.

        A ticket that is merely absent gets a second look, too: one that moved between two pages while we
        read is not gone. `is_whole`: the read asked for all tickets from the first page on; `goes_on`: it went
        on where an earlier one had stopped, and a whole one follows.
        """
        held = self._delete_listed(first)
        if goes_on:
            return True
        if is_whole:
            self._delete_doubles(first)
        gone = [each for each in self._find_absent(first) if each not in held] if is_whole else []
        last = first
        if self._needs_second_look(first, gone, is_whole=is_whole):
            last = self.look_again(first)
            gone = list(last.seen.missing(gone))
        missed_some = last.has_moved and last is not first and last.unknown > 0
        if missed_some:
            self.warn(
                "moved_listing",
                "Tickets moved between the helpdesk's pages while they were read, twice. Some may be missing until "
                "the next run, and none was deleted for being absent. An order by id keeps them in place.",
            )
        elif is_whole and (last.is_short or (gone and not last.is_as_announced)):
            self.warn(
                "short_listing",
                f"The helpdesk announced {format_count(last.total or 0, 'ticket')} but listed "
                f"{format_number(last.records)}. Nothing was deleted.",
            )
        elif gone and not last.shows_all:
            self.warn(
                "moved_listing",
                "Tickets moved between the helpdesk's pages while they were read, so none was deleted for being absent.",
            )
        elif self._is_braked(len(gone), seen=last.seen.count_distinct()):
            self.warn(
                "deletion_brake",
                f"The helpdesk listed {format_count(last.seen.count_distinct(), 'ticket')}, "
                f"and {format_number(len(gone))} of our {format_number(self.store.count_live(self.origin))} are not among them. "
                "That looks like a fault of the helpdesk, so nothing was deleted. If it is right, confirm the deletion.",
            )
        else:
            self.delete(gone)
        return not missed_some

    def _delete_listed(self, listing: Listing) -> frozenset[str]:
        """Delete what the helpdesk lists as deleted; the ids that need a person's word first.

        An id that was also listed as a ticket lives.
        """
        named = list(self.origin.external_ids(self.source.find_deleted_ids()))
        unseen = list(listing.seen.missing(named))
        if len(unseen) < len(named):
            listing.lost_some_meanwhile()
        listed = list(self.store.live_ids_of_helpdesk(unseen))
        if not self._is_braked(len(listed), seen=None):
            self.delete(listed)
            return frozenset()
        self.warn(
            "deletion_brake",
            f"The helpdesk lists {format_number(len(listed))} of our "
            f"{format_count(self.store.count_live(self.origin), 'ticket')} as deleted. "
            "That looks like a fault of the helpdesk, so they were kept. If it is right, confirm the deletion.",
        )
        return frozenset(listed)

    def _delete_doubles(self, listing: Listing) -> None:
        """Delete the tickets that were read under another name before somebody said that this is their helpdesk.

        Only those that the helpdesk has listed now, so that each is still there once.
        """
        for prefix in self.origin.doubles:
            doubles = self.store.iterate_live_ids(Origin(prefix=prefix))
            own = {self.origin.prefix + each.removeprefix(prefix): each for each in doubles}
            unlisted = set(listing.seen.missing(own))
            self.delete([double for id_, double in own.items() if id_ not in unlisted])

    def _find_absent(self, listing: Listing) -> list[str]:
        if not self.source.lists_everything:
            return []
        return list(self.store.live_ids_of_helpdesk(listing.seen.missing(self.store.iterate_live_ids(self.origin))))

    def _is_braked(self, gone: int, *, seen: int | None) -> bool:
        return not self.is_confirmed and brake_applies(
            gone=gone,
            stored=self.store.count_live(self.origin) if gone else 0,
            seen=seen,
            most=settings.DELETION_BRAKE_TICKETS,
            most_percent=settings.DELETION_BRAKE_PERCENT,
        )

    def _needs_second_look(self, first: Listing, gone: list[str], *, is_whole: bool) -> bool:
        """A helpdesk that can list changes is read whole once a day only, so less is reason enough."""
        if gone and not self._is_braked(len(gone), seen=first.seen.count_distinct()):
            return True
        if is_whole and first.is_short and self.source.supports_since:
            return True
        if self.source.drift == "none" or first.pages < 2:
            return False
        if first.has_moved or (self.source.supports_since and first.may_have_moved):
            return True
        if not is_whole or self.source.drift != "silent":
            return False
        return any(self._has_moved_at(place, first) for place in first.landmarks())

    def _has_moved_at(self, place: Position, first: Listing) -> bool:
        """Whether the page there is another one by now; of one that is not there any more nobody knows."""
        try:
            return first.differs_at(place, self._read_ids(place))
        except SourceError as error:
            if error.code not in POSITION_EXPIRED:
                raise
            return True

    def _read_ids(self, place: Position) -> list[str]:
        """The ids that are on the page there now. One request: where all is quiet, it is the price of knowing."""
        page = next(iter(self.source.pages(start=place)), None)
        part = next(page.parts()) if page else None
        if part is None:
            return []
        return read_records(part.records, tenant_id=self.store.tenant_id, origin=self.origin).ids_at_the_source()
