"""The topics of a dashboard under their present names: those in the most tickets, and those that are rising."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from analytics.figures import DashboardFigures, RisingTopic, TopicCount
from tenants.models import Tenant
from tickets.topics.store import TopicStore

SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class ListedTopic:
    """A topic that is neither hidden nor merged. `is_matched`: whether it was looked for in all stored tickets."""

    id: str
    name: str
    is_matched: bool


def find_listed(tenant: Tenant) -> tuple[ListedTopic, ...]:
    return tuple(
        ListedTopic(each.id, each.name, each.is_matched) for each in TopicStore(tenant).find_all() if each.is_listed
    )


def most_frequent(figures: DashboardFigures, listed: Sequence[ListedTopic]) -> list[tuple[ListedTopic, TopicCount]]:
    topics = {each.id: each for each in listed}
    found = [(topics[each.id], each) for each in figures.topics if each.id in topics and each.count]
    return found[:SHOWN]


def rising(figures: DashboardFigures, listed: Sequence[ListedTopic]) -> list[tuple[ListedTopic, RisingTopic]]:
    """Without topics whose earlier tickets may not have been looked through."""
    return list(_rising(figures, listed))[:SHOWN]


def _rising(figures: DashboardFigures, listed: Sequence[ListedTopic]) -> Iterator[tuple[ListedTopic, RisingTopic]]:
    topics = {each.id: each for each in listed if each.is_matched}
    for each in figures.rising_topics if figures.has_earlier_data else ():
        if each.id in topics:
            yield topics[each.id], each
