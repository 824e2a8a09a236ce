"""What a read has shown to exist at the source, and whether it can be believed."""

import hashlib
from dataclasses import dataclass, field

from tickets.ingestion.deletions import SeenIds
from tickets.ingestion.reading import ReadPage
from tickets.sources.base import Page, SourceError
from tickets.sources.drift import Shrinking

SAME_PAGE_LIMIT = Shrinking.MOST_TIMES + 2
"""In so many places the same page is no listing that gets shorter: there it comes once more each time it is followed."""


@dataclass(slots=True)
class Listing:
    """The pages of one read, remembered in a few bytes a ticket."""

    seen: SeenIds = field(default_factory=SeenIds)
    total: int | None = None
    _without_id: int = 0
    _places: dict[bytes, set[str]] = field(default_factory=dict)

    def add(self, page: Page, read: ReadPage) -> None:
        """Take in a page; raises `SourceError` where the source sends the same one again and again."""
        ids = read.ids_at_the_source()
        self.seen.add(ids)
        self._without_id += len(page.records) - len(ids)
        self.total = page.total_count if page.total_count is not None else self.total
        if not ids:
            return
        digest = hashlib.blake2b("\0".join(ids).encode(), digest_size=8).digest()
        places = self._places.setdefault(digest, set())
        places.add(page.position.token)
        if len(places) >= SAME_PAGE_LIMIT:
            raise SourceError(
                "unexpected_answer",
                "The helpdesk sends the same page again and again. Check the paging settings of the source.",
            )

    @property
    def records(self) -> int:
        """How many tickets it has listed, each once."""
        return self.seen.count_distinct() + self._without_id

    @property
    def is_complete(self) -> bool:
        """Whether as many came as were announced."""
        return self.total is None or self.records >= self.total
