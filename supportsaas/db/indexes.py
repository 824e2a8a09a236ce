"""Every index of the project's own collections, each with the query that needs it.

Django's tables declare theirs with their models. `ensure_indexes` is safe to repeat.
"""

from dataclasses import dataclass, field
from typing import Any

from pymongo import ASCENDING as UP
from pymongo import DESCENDING as DOWN
from pymongo import IndexModel

from supportsaas.db import mongo


@dataclass(frozen=True, slots=True)
class Index:
    collection: str
    keys: tuple[tuple[str, int], ...]
    query: str
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return "_".join(key for key, _ in self.keys)

    def model(self) -> IndexModel:
        return IndexModel(list(self.keys), name=self.name, **self.options)


INDEXES: tuple[Index, ...] = (
    Index(
        "tickets",
        (("tenant_id", UP), ("external_id", UP)),
        "One ticket by its id; the versions of a page being ingested; keeps a ticket from being stored twice.",
        {"unique": True},
    ),
    Index(
        "tickets",
        (("tenant_id", UP), ("is_deleted", UP), ("created_at", DOWN), ("external_id", DOWN)),
        "The list, newest first, by key; every statistic over a period.",
    ),
    Index(
        "tickets",
        (
            *(("tenant_id", UP), ("is_deleted", UP), ("customer_id", UP)),
            *(("created_at", DOWN), ("external_id", DOWN)),
            *(("urgency", UP), ("sentiment", UP), ("status", UP), ("source", UP)),
        ),
        "A customer's tickets, newest first, by key; customers' numbers over a period, from the index alone.",
    ),
    Index(
        "tickets",
        (("tenant_id", UP), ("is_deleted", UP), ("turns", UP)),
        "What was closed or reopened in a period.",
    ),
    Index(
        "tickets",
        (
            ("tenant_id", UP),
            ("is_deleted", UP),
            ("status", UP),
            ("urgency", UP),
            ("sentiment", UP),
            ("source", UP),
            ("requires_action", UP),
            ("created_at", DOWN),
            ("external_id", DOWN),
        ),
        "The list under any of these filters, newest first: the ranges of the cells that match, merged.",
    ),
    Index(
        "tickets",
        (("tenant_id", UP), ("words", UP), ("created_at", DOWN), ("external_id", DOWN)),
        "Search and the list of a keyword, alone or with fields, newest first. Tickets get their words some seconds after they came "
        "in, so its many entries do not slow ingestion down.",
        {"partialFilterExpression": {"words": {"$exists": True}}},
    ),
    Index(
        "tickets",
        (("tenant_id", UP), ("is_deleted", UP), ("mapped_from", UP), ("status", UP)),
        "Tickets whose status the tenant has mapped, to follow where the map has changed.",
        {"partialFilterExpression": {"mapped_from": {"$type": "string"}}},
    ),
    Index(
        "tickets",
        (("tenant_id", UP), ("unindexed_since", UP)),
        "Tickets that wait for their words, or for their fields to be right among them, longest first.",
        {"partialFilterExpression": {"unindexed_since": {"$exists": True}}},
    ),
    Index(
        "tickets",
        (("expires_at", UP),),
        "Retention: erases what carries expires_at, which only tenants with a retention period set.",
        {"expireAfterSeconds": 0, "sparse": True},
    ),
    Index(
        "ticket_counts",
        (("tenant_id", UP), ("bucket", UP), ("status", UP), ("source", UP)),
        "Totals of lists over a period, and the counts beside their choices.",
        {"unique": True},
    ),
    Index(
        "digest_subscriptions",
        (("tenant_id", UP), ("since", UP)),
        "Who wants a tenant's weekly digest.",
    ),
    Index("digest_subscriptions", (("user_id", UP),), "Whose digests a person gets."),
    Index("digests", (("tenant_id", UP), ("user_id", UP), ("week", DOWN)), "What became of a person's last digest."),
    Index(
        "digests",
        (("expires_at", UP),),
        "Digests are forgotten after a quarter.",
        {"expireAfterSeconds": 0},
    ),
    Index(
        "ticket_history",
        (("tenant_id", UP), ("external_id", UP), ("recorded_at", DOWN), ("_id", DOWN)),
        "A ticket's history, newest first.",
    ),
    Index("ticket_history", (("recorded_at", DOWN),), "The audit log in the admin, newest first."),
    Index(
        "ticket_history",
        (("expires_at", UP),),
        "Retention, as for the tickets.",
        {"expireAfterSeconds": 0, "sparse": True},
    ),
    Index(
        "ingestion_logs",
        (("tenant_id", UP),),
        "At most one queued or running run a tenant; the present one of a tenant.",
        {"unique": True, "partialFilterExpression": {"active": True}},
    ),
    Index("ingestion_logs", (("tenant_id", UP), ("queued_at", DOWN)), "A tenant's past runs, newest first."),
    Index("ingestion_logs", (("status", UP), ("queued_at", UP)), "The worker's next run; runs whose lease ended."),
    Index("ingestion_logs", (("queued_at", DOWN),), "The audit log in the admin, newest first."),
    Index(
        "quarantine",
        (("tenant_id", UP), ("last_seen_at", DOWN), ("_id", DOWN)),
        "A tenant's refused records, newest first, by key; oldest first when they are tried again.",
    ),
    Index(
        "quarantine",
        (("tenant_id", UP), ("field", UP), ("reason", UP)),
        "How many a tenant has of each reason, and those of one.",
    ),
    Index(
        "quarantine",
        (("tenant_id", UP), ("is_cut", UP)),
        "How many of a tenant's were too large to be kept whole.",
        {"partialFilterExpression": {"is_cut": True}},
    ),
    Index(
        "name_spaces",
        (("tenant_id", UP), ("name", UP)),
        "A tenant's name spaces of tickets; one of each name.",
        {"unique": True},
    ),
    Index("quarantine", (("tenant_id", UP), ("external_id", UP)), "What to take out once a ticket comes in well."),
    Index(
        "outbox",
        (("due_at", UP), ("channel_id", UP)),
        "Which channels news is due for.",
        {"partialFilterExpression": {"status": "waiting"}},
    ),
    Index(
        "outbox",
        (("channel_id", UP), ("due_at", UP), ("_id", UP)),
        "A channel's news that is due, oldest first.",
        {"partialFilterExpression": {"status": "waiting"}},
    ),
    Index("outbox", (("tenant_id", UP), ("status", UP)), "How much of a tenant's news waits."),
    Index(
        "outbox",
        (("expires_at", UP),),
        "Retention, as for the tickets.",
        {"expireAfterSeconds": 0, "sparse": True},
    ),
    Index(
        "deliveries",
        (("next_attempt_at", UP), ("channel_id", UP)),
        "Which channels a message is due over.",
        {"partialFilterExpression": {"status": "pending"}},
    ),
    Index(
        "deliveries",
        (("channel_id", UP), ("next_attempt_at", UP)),
        "The next message over a channel; what wakes when its endpoint is well again.",
        {"partialFilterExpression": {"status": "pending"}},
    ),
    Index(
        "deliveries",
        (("channel_id", UP), ("customers", UP), ("composed_at", DOWN)),
        "Whether a channel heard of a customer within the hour.",
    ),
    Index(
        "deliveries",
        (("tenant_id", UP), ("composed_at", DOWN), ("_id", DOWN)),
        "A tenant's messages, newest first, by key.",
    ),
    Index(
        "deliveries",
        (("tenant_id", UP), ("status", UP), ("composed_at", DOWN), ("_id", DOWN)),
        "A tenant's messages of one status: those that are dead, those that wait.",
    ),
    Index("deliveries", (("composed_at", DOWN),), "The audit log in the admin, newest first."),
    Index(
        "deliveries",
        (("expires_at", UP),),
        "Retention, as for the tickets.",
        {"expireAfterSeconds": 0, "sparse": True},
    ),
    Index(
        "request_quotas",
        (("expires_at", UP),),
        "What a token used of its limit is forgotten two minutes later.",
        {"expireAfterSeconds": 0},
    ),
    Index(
        "idempotency_keys",
        (("expires_at", UP),),
        "An Idempotency-Key is forgotten after a day.",
        {"expireAfterSeconds": 0},
    ),
    Index(
        "circuits",
        (("now", UP),),
        "A circuit that nobody has asked for thirty days is forgotten.",
        {"expireAfterSeconds": 30 * 24 * 3600},
    ),
    Index(
        "rate_limits",
        (("now", UP),),
        "Hosts that nobody has asked for a day are forgotten; their windows are long over.",
        {"expireAfterSeconds": 86_400},
    ),
    Index("troubles", (("is_failing", UP), ("tenant_id", UP)), "What fails at this moment, of a tenant and of all."),
    Index("rollup_marks", (("tenant_id", UP),), "What a tenant's roll-ups have not taken in yet."),
    Index(
        "rollup_days",
        (("tenant_id", UP), ("generation", UP), ("day", UP), ("source", UP)),
        "A tenant's counts over a stretch of days.",
    ),
    Index(
        "rollup_blocks",
        (("tenant_id", UP), ("generation", UP), ("block", UP), ("source", UP)),
        "A tenant's words and week hours over a stretch of days.",
    ),
    Index(
        "rollup_leaders",
        (
            *(("tenant_id", UP), ("generation", UP), ("customer", UP), ("block", UP)),
            *(("total", UP), ("high", UP), ("negative", UP), ("open", UP)),
        ),
        "What some customers have over a stretch of days, from the index alone.",
    ),
    Index("erasures", (("tenant_id", UP),), "Whether a tenant has erased anything; what goes when it is deleted."),
    Index(
        "tenant_faults",
        (("last_at", UP),),
        "A fault in a tenant's background work that does not come again is forgotten.",
        {"expireAfterSeconds": 86_400},
    ),
    Index("rule_judging", (("ended_at", UP),), "Whose stored tickets are to be judged anew by changed rules."),
    Index("status_remapping", (("ended_at", UP),), "Whose stored tickets are to follow a changed map of statuses."),
    Index("schedules", (("next_at", UP),), "The tenant whose turn to be read is due longest."),
    Index(
        "sign_in_attempts",
        (("expires_at", UP),),
        "Attempts to log in are forgotten after a day.",
        {"expireAfterSeconds": 0},
    ),
    Index(
        "tenants_personsession",
        (("session_key", UP),),
        "The session of a request. The unique index of the table holds for strings alone, and no query says it wants one.",
    ),
    Index(
        "tenants_personsession",
        (("expire_date", UP),),
        "Sessions that have expired go by themselves.",
        {"expireAfterSeconds": 0},
    ),
    Index(
        "workers",
        (("seen_at", UP),),
        "Workers that ended without a word are forgotten after an hour.",
        {"expireAfterSeconds": 3600},
    ),
)


def ensure_indexes() -> list[str]:
    """Create what is missing; the names of all, as `collection.index`."""
    for name in dict.fromkeys(index.collection for index in INDEXES):
        models = [index.model() for index in INDEXES if index.collection == name]
        mongo.collection(name).create_indexes(models)
    return [f"{index.collection}.{index.name}" for index in INDEXES]
