"""The page of a tenant's topics: each with its tickets and customers of a period, and what managers made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from analytics.dashboard.context import DashboardContext
from analytics.dashboard.wording import Change, change
from analytics.figures import DashboardFigures, TopicCount
from tickets.topics.store import Topic

PAGE_SIZE: Final = 25
VARIANTS_SHOWN: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRow:
    """A topic of the list. `change` is None without earlier data, or if it was not looked for in all stored tickets."""

    topic: Topic
    count: int
    before: int
    url: str
    before_url: str
    change: Change | None
    parts: tuple[Topic, ...]
    """The topics that were merged with it."""

    @property
    def variants(self) -> list[str]:
        return self.topic.variants[:VARIANTS_SHOWN]

    @property
    def more_variants(self) -> list[str]:
        return self.topic.variants[VARIANTS_SHOWN:]


def topic_rows(topics: Sequence[Topic], figures: DashboardFigures, context: DashboardContext) -> list[TopicRow]:
    """The topics that are neither hidden nor merged, those in the most tickets first."""
    counts = {each.id: each for each in figures.topics}
    rows = []
    for topic in topics:
        if not topic.is_listed:
            continue
        found = counts.get(topic.id) or TopicCount(topic.id, 0, 0)
        can_compare = figures.has_earlier_data and topic.is_matched
        rows.append(
            TopicRow(
                topic=topic,
                count=found.count,
                before=found.before,
                url=context.links.tickets(topic=(topic.id,)) if found.count else "",
                before_url=context.links.within(context.comparison, topic=(topic.id,)) if found.before else "",
                change=change(found.count, found.before) if can_compare else None,
                parts=tuple(each for each in topics if each.merged_into == topic.id and not each.is_hidden),
            )
        )
    return sorted(rows, key=lambda row: (-row.count, -row.before, row.topic.name.casefold()))
