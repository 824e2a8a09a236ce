"""How many of its rejected records a run keeps: ordinarily all, and a sample if a helpdesk sends junk."""

from collections.abc import Sequence
from dataclasses import dataclass

from supportsaas.formatting import format_number
from tickets.store.quarantine import QuarantinedRecord

MOST_OF_A_RUN = 10_000
MOST_OF_A_TENANT = 100_000


@dataclass(slots=True)
class RejectedSample:
    """The first `room` rejected records are kept; `left_out` counts the others."""

    room: int
    left_out: int = 0

    @classmethod
    def beside(cls, stored: int) -> "RejectedSample":
        """For a tenant that has `stored` rejected records already."""
        return cls(room=max(min(MOST_OF_A_RUN, MOST_OF_A_TENANT - stored), 0))

    def take(self, records: Sequence[QuarantinedRecord]) -> Sequence[QuarantinedRecord]:
        """The records that are kept."""
        kept = records[: self.room]
        self.room -= len(kept)
        self.left_out += len(records) - len(kept)
        return kept

    def describe(self, rejected: int) -> str:
        """A sentence for a run that did not keep all of its `rejected` records."""
        return (
            f"{format_number(rejected)} records were rejected, and {format_number(self.left_out)} of them were only "
            f"counted: a run keeps up to {format_number(MOST_OF_A_RUN)} rejected records, "
            f"a tenant up to {format_number(MOST_OF_A_TENANT)}. Check why the kept ones were rejected, "
            "fix the cause, then run a full re-sync."
        )
