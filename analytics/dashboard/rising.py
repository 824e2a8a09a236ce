"""Which topics are rising: those in clearly more tickets than the previous period lets expect, of several customers."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from analytics.dashboard.query_scope import QueryScope, within
from analytics.figures import FEWEST_FOR_RATIO, RisingTopic, TopicCount, TopicCustomers
from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from tickets.classification.stored_words import value_word
from tickets.classification.topics.mining import FEWEST_CUSTOMERS
from tickets.records.period import Period

FEWEST_TICKETS: Final = 5
FEWEST_MORE: Final = 4
"""With fewer tickets, or so few more than expected, it is chance."""

DEVIATIONS: Final = 3.0
"""How many standard deviations of a count a rise has to reach. With 300 topics, two would be exceeded by chance each day."""

MOST_CANDIDATES: Final = 15
"""Managers may have hidden some of them."""

MOST_TICKETS: Final = 500
"""The newest tickets of a topic whose customers are counted. Each is read, which takes most of the time."""


@dataclass(frozen=True, slots=True)
class Volumes:
    """The tickets of the period, and of the same part of the previous one."""

    now: int
    before: int

    @property
    def growth(self) -> float:
        """When everything grows, a topic that grows as much does not rise. When all else shrinks, one that stays does not
        rise either."""
        return max(1.0, self.now / self.before) if self.before >= FEWEST_FOR_RATIO else 1.0


def candidates(topics: Sequence[TopicCount], volumes: Volumes) -> list[TopicCount]:
    """The topics with the most surprising numbers first."""
    scored = [(_surprise(each, volumes), each) for each in topics if each.count >= FEWEST_TICKETS]
    rising = sorted((pair for pair in scored if pair[0] >= DEVIATIONS), key=lambda pair: (-pair[0], pair[1].id))
    return [each for _, each in rising[:MOST_CANDIDATES]]


def _surprise(topic: TopicCount, volumes: Volumes) -> float:
    """In standard deviations of the number that was to be expected; 0 if the rise is too small to count."""
    expected = topic.before * volumes.growth
    more = topic.count - expected
    return more / sqrt(max(expected, 1.0)) if more >= FEWEST_MORE else 0.0


def rising_topics(
    scope: QueryScope, period: Period, topics: Sequence[TopicCount], volumes: Volumes
) -> tuple[RisingTopic, ...]:
    """Those of three customers or more. Reads their tickets, and nothing if no topic rises."""
    found = candidates(topics, volumes)
    customers = count_customers(scope, period, [each.id for each in found])
    return tuple(
        RisingTopic(each.id, each.count, each.before, customers[each.id])
        for each in found
        if customers[each.id].count >= FEWEST_CUSTOMERS
    )


def count_customers(scope: QueryScope, period: Period, topic_ids: Sequence[str]) -> dict[str, TopicCustomers]:
    """How many customers the tickets of each topic in the period are of, counted in the newest of its tickets."""
    counts = dict.fromkeys(topic_ids, TopicCustomers())
    if not topic_ids:
        return counts
    first, *others = [_waiting(scope, period, topic_ids), *(_by_words(scope, period, each) for each in topic_ids)]
    pipeline: Pipeline = [
        *first,
        *({"$unionWith": {"coll": "tickets", "pipeline": each}} for each in others),
        {"$group": {"_id": {"topic": "$topic", "customer": "$customer_id"}, "tickets": {"$sum": 1}}},
        {
            "$group": {
                "_id": "$_id.topic",
                "customers": {"$sum": {"$cond": [{"$eq": ["$_id.customer", ""]}, 0, 1]}},
                "tickets": {"$sum": "$tickets"},
            }
        },
    ]
    rows = mongo.collection("tickets").aggregate(pipeline, session=scope.view.session, allowDiskUse=True)
    return counts | {row["_id"]: TopicCustomers(row["customers"], row["tickets"] >= MOST_TICKETS) for row in rows}


def _by_words(scope: QueryScope, period: Period, topic_id: str) -> Pipeline:
    """The topic's newest tickets, each with its customer."""
    match = {"tenant_id": scope.view.tenant_id, "words": value_word("topic", topic_id), "created_at": within(period)}
    row: Document = {"_id": 0, "topic": {"$literal": topic_id}, "customer_id": 1}
    newest: Pipeline = [{"$sort": {"created_at": -1}}, {"$limit": MOST_TICKETS}]
    return [{"$match": match}, *scope.narrowing_stages, *newest, {"$project": row}]


def _waiting(scope: QueryScope, period: Period, topic_ids: Sequence[str]) -> Pipeline:
    """The tickets of these topics that wait for their words: a few seconds after ingestion there are none."""
    match: Document = {
        "tenant_id": scope.view.tenant_id,
        "unindexed_since": {"$exists": True},
        "words": {"$exists": False},
        "created_at": within(period),
    }
    these = {"$in": list(topic_ids)}
    return [
        {"$match": {**match, "topic_ids": these}},
        *scope.narrowing_stages,
        {"$project": {"_id": 0, "topic": "$topic_ids", "customer_id": 1}},
        {"$unwind": "$topic"},
        {"$match": {"topic": these}},
    ]
