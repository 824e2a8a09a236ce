"""What a read has shown to exist at the source, and whether it can be believed."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from tickets.helpdesks.base import Page, Position, SourceError
from tickets.helpdesks.shrinking_listing import Shrinking
from tickets.planning.reading import ReadPage
from tickets.records.seen_ids import SeenIds

PAGES_A_LANDMARK = 8
"""For every eight pages of a list one is looked at again, besides the first."""
MOST_LANDMARKS = 9
SAME_PAGE_LIMIT = Shrinking.MOST_TIMES + 2
"""In so many places the same page is no listing that gets shorter: there it comes once more each time it is followed."""


@dataclass(slots=True)
class Listing:
    """The pages of one read, remembered in a few bytes a ticket.

    `began`: when the read began. `first`: an earlier read of the same list, to see what that one missed.
    """

    began: datetime
    first: "Listing | None" = None
    seen: SeenIds = field(default_factory=SeenIds)
    pages: int = 0
    _landmarks: dict[int, tuple[Position, list[str]]] = field(default_factory=dict)
    """The ids on the first page and on others at even distances, in order: they tell later whether the list has moved."""
    _distance: int = 1
    total: int | None = None
    _total_at_first: int | None = None
    unknown: int = 0
    """How many ids came that the first read missed: not of tickets that were created since it began."""
    _place: Position | None = None
    _came: int = 0
    _without_id: int = 0
    _distinct_in_pages: int = 0
    _got_shorter: bool = False
    _got_longer: bool = False
    _ended_in_doubt: bool = False
    _lost_some: bool = False
    _has_news: bool = False
    _places: dict[bytes, set[str]] = field(default_factory=dict)

    def add(self, page: Page, read: ReadPage) -> None:
        """Take in a page; raises `SourceError` where the source sends the same one again and again."""
        ids = read.ids_at_the_source()
        distinct = list(dict.fromkeys(ids))
        if page.position != self._place:
            self.pages, self._place = self.pages + 1, page.position
            self._remember(page.position, distinct)
        self._watch_total(page)
        self._came += len(page.records)
        self._distinct_in_pages += len(distinct)
        self._without_id += len(page.records) - len(ids)
        self.seen.add(distinct)
        if self.first is not None:
            began = self.first.began
            news = {each.content.external_id for each in read.tickets if each.content.created_at > began}
            self.unknown += sum(1 for each in self.first.seen.missing(distinct) if each not in news)
        self._ended_in_doubt = self._ended_in_doubt or page.is_doubtful
        self._has_news = self._has_news or any(each.content.created_at > self.began for each in read.tickets)
        self._watch_repetition(page, ids)

    def lost_some_meanwhile(self) -> None:
        """Tickets that it has were deleted while it was read."""
        self._lost_some = True

    @property
    def records(self) -> int:
        """How many tickets it has listed, each once."""
        return self.seen.count_distinct() + self._without_id

    @property
    def is_short(self) -> bool:
        """Whether fewer records came than were announced, each counted as often as it came."""
        return self.total is not None and self._came < self.total

    @property
    def is_as_announced(self) -> bool:
        """Whether exactly as many tickets came as were announced, if any number was.

        In a list that begins with the newest, those that are created meanwhile are announced and not read.
        """
        announced = (self.total, self._total_at_first) if self._got_longer and not self._got_shorter else (self.total,)
        return self.total is None or self.records in announced

    @property
    def has_moved(self) -> bool:
        """Whether tickets have moved between the pages while they were read, so that some may have slipped past."""
        return self._got_shorter or self._lost_some or self._ended_in_doubt or self._came_twice

    @property
    def may_have_moved(self) -> bool:
        """Whether tickets came or went meanwhile, which need not have moved others."""
        return self.has_moved or self._got_longer or self._has_news

    @property
    def shows_all(self) -> bool:
        """Whether what is absent from it is not in the list.

        Records that came twice do no harm where an earlier read of the same list had all that came in this one.
        """
        is_same_again = self.first is not None and not self.unknown
        has_slipped = self._got_shorter or self._ended_in_doubt or (self._came_twice and not is_same_again)
        return self.is_as_announced and not has_slipped

    def landmarks(self) -> list[Position]:
        """The pages to look at again, to see whether tickets left while the list was read.

        What leaves moves all pages from there to the one that is being read, so a few at even distances show most
        of it. Not seen is what leaves from between two of them and behind the one that is being read.
        """
        numbers = [number for number in self._landmarks if number < max(self.pages, 2)]
        step = -(-len(numbers) // (1 + self.pages // PAGES_A_LANDMARK))
        return [self._landmarks[number][0] for number in numbers[::step]]

    def differs_at(self, position: Position, ids: list[str]) -> bool:
        """Whether the page there, read again, shows that tickets have left: `ids` are those it has now.

        New ones in front only push others on, to where they are read later.
        """
        had_ids = next(had for place, had in self._landmarks.values() if place == position)
        if not ids:
            return bool(had_ids)
        had = set(had_ids)
        behind_the_new = ids[next((place for place, each in enumerate(ids) if each in had), len(ids)) :]
        return behind_the_new != had_ids[: len(behind_the_new)]

    def _remember(self, position: Position, ids: list[str]) -> None:
        if (self.pages - 1) % self._distance:
            return
        self._landmarks[self.pages] = position, ids
        if len(self._landmarks) > MOST_LANDMARKS:
            self._distance *= 2
            self._landmarks = {
                number: mark for number, mark in self._landmarks.items() if (number - 1) % self._distance == 0
            }

    @property
    def _came_twice(self) -> bool:
        return self._distinct_in_pages > self.seen.count_distinct()

    def _watch_total(self, page: Page) -> None:
        if self._total_at_first is None:
            self._total_at_first = page.total_count
        before, self.total = self.total, page.total_count if page.total_count is not None else self.total
        if before is None or self.total is None or self._came > before:
            return  # more came than was announced: its number says something else
        self._got_shorter = self._got_shorter or self.total < before
        self._got_longer = self._got_longer or self.total > before

    def _watch_repetition(self, page: Page, ids: list[str]) -> None:
        if page.records and page.records[0].place:
            return  # of a file, which has rows of one id and no pages that come again
        named = "\0".join(ids) or "\0".join(repr(each.raw) for each in page.records)
        if not named:
            return
        digest = hashlib.blake2b(named.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        places = self._places.setdefault(digest, set())
        places.add(page.position.token)
        if len(places) >= SAME_PAGE_LIMIT:
            raise SourceError(
                "unexpected_answer",
                "The helpdesk sends the same page again and again. Check the paging settings of the source.",
            )
