"""What a run reports: how far it is, what it counted, and what a person should know."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tickets.helpdesks import Page
from tickets.jobs import Progress, Reading
from tickets.planning.page_plan import PagePlan
from tickets.planning.reading import ReadPage
from tickets.records.rejections import RejectedReasons
from tickets.status_mapping.words import unmapped_sentence

MOST_STATUSES = 50
"""Of the unmapped statuses, the most frequent ones are kept with a run."""


@dataclass(slots=True)
class RunReport:
    """`warning` is about the run, `notice` about what was read by a run that is complete. `remarks`: sentences about what
    was read in another way than usual, without a loss.
    """

    progress: Progress = field(default_factory=Progress)
    reasons: RejectedReasons = field(default_factory=RejectedReasons)
    warning: dict[str, Any] | None = None
    notice: dict[str, Any] | None = None
    remarks: list[str] = field(default_factory=list)

    def add_page(self, page: Page, read: ReadPage, plan: PagePlan, reading: Reading, *, pages_before: int) -> None:
        """A page is stored: count it, and keep where the next run could continue."""
        counts = self.progress.counts
        counts.new_ingested += plan.new
        counts.updated += plan.updated
        counts.restored += plan.restored
        counts.unchanged += plan.unchanged
        counts.quarantined += len(read.quarantined)
        counts.foreign += read.foreign
        self.reasons.add(read.quarantined)
        self.progress.reading = reading
        self.progress.processed_pages = pages_before + page.number
        if page.total_pages is not None:
            self.progress.total_pages = pages_before + max(page.total_pages, page.number)

    @contextmanager
    def counting_only_changes(self) -> Iterator[None]:
        """While the same pages are read a second time: what they show again is not counted again."""
        counts = self.progress.counts
        before = counts.unchanged, counts.quarantined, counts.foreign
        reasons, self.reasons = self.reasons, RejectedReasons()
        yield
        counts.unchanged, counts.quarantined, counts.foreign = before
        self.reasons = reasons

    def warn(self, code: str, message: str) -> None:
        """Add a warning; of several, the code is that of the one that a person has to confirm."""
        before = self.warning or {"code": code, "message": ""}
        kept = "deletion_brake" if code == "deletion_brake" else before["code"]
        self.warning = {"code": kept, "message": f"{before['message']} {message}".strip()}

    def take_warning(self) -> dict[str, Any] | None:
        """The warning of what was read so far; what is read next starts without one."""
        warning, self.warning = self.warning, None
        return warning

    def remark(self, sentence: str) -> None:
        """Add a remark, once."""
        if sentence not in self.remarks:
            self.remarks.append(sentence)

    def take_remarks(self) -> list[str]:
        """The remarks on what was read so far; what is read next starts without one."""
        remarks, self.remarks = self.remarks, []
        return remarks

    def note_unmapped(self, statuses: dict[str, int]) -> None:
        """Statuses of stored tickets that nobody has mapped, with their numbers of tickets, the most frequent first."""
        if not statuses:
            return
        most = list(statuses.items())[:MOST_STATUSES]
        self.notice = {
            "code": "unmapped_statuses",
            "message": unmapped_sentence(statuses),
            "statuses": [{"status": status, "tickets": count} for status, count in most],
        }
