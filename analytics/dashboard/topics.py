"""The topics of a dashboard under their present names: those in the most tickets, and those that are rising. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from analytics.figures import DashboardFigures, RisingTopic, TopicCount
from tickets.topics.store import ListedTopic

SHOWN: Final = 10


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
