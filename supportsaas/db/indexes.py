"""Every index of the project's own collections, each with the query it is for.

Models declare the indexes of Django's tables. `ensure_indexes` is safe to repeat.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pymongo import ASCENDING as UP
from pymongo import DESCENDING as DOWN
from pymongo import IndexModel

from supportsaas.db import mongo

_COMPRESSED = {"storageEngine": {"wiredTiger": {"configString": "block_compressor=zstd"}}}


@dataclass(frozen=True, slots=True)
class Index:
    """`is_compressed`: takes less than half the space on disk, and writing it costs about a quarter more time."""

    collection: str
    keys: tuple[tuple[str, int], ...]
    query: str
    options: dict[str, Any] = field(default_factory=dict)
    is_compressed: bool = False

    @property
    def name(self) -> str:
        return "_".join(key for key, _ in self.keys) + ("_compressed" if self.is_compressed else "")

    def model(self) -> IndexModel:
        storage = _COMPRESSED if self.is_compressed else {}
        return IndexModel(list(self.keys), name=self.name, **self.options, **storage)


def _orders_of_customers() -> tuple[Index, ...]:
    """Each header of the list of customers, and its numbers in each period that is kept (`tickets.customers.profile`)."""
    always = (
        *(("risk", DOWN), ("change", DOWN), ("open", DOWN), ("high", DOWN), ("negative", DOWN), ("total", DOWN)),
        *(("newest_at", DOWN), ("sort_name", UP)),
    )
    of_all = [
        Index("customers", (("tenant_id", UP), (name, direction), ("customer_id", UP)), f"The customers by {name}.")
        for name, direction in always
    ]
    of_periods = [
        Index(
            "customers",
            (("tenant_id", UP), (f"periods.{period}.{name}", DOWN), ("customer_id", UP)),
            f"The customers with tickets in {period}, by {name}.",
            {"partialFilterExpression": {f"periods.{period}.total": {"$gte": 1}}},
        )
        for period in ("7d", "30d", "90d")
        for name in ("total", "high", "negative")
    ]
    return (*of_all, *of_periods)


CLOSED_STATUSES = (
    *("CLOSED", "Closed", "DONE", "Done", "RESOLVED", "Resolved", "SOLVED", "Solved"),
    *("closed", "done", "resolved", "solved"),
)
"""In order. A test compares them with `tickets.records.statuses`."""


def _any_other(field: str, values: tuple[str, ...]) -> dict[str, Any]:
    """Every other text, as ranges between the values: a partial index has no condition that negates."""
    ends = (None, *values, None)
    between = [
        {sign: end for sign, end in (("$gt", low), ("$lt", high)) if end is not None} for low, high in pairwise(ends)
    ]
    return {"$or": [{field: each} for each in between]}


INDEXES: tuple[Index, ...] = (
    Index(
        "tickets",
        (("tenant_id", UP), ("external_id", UP)),
        "One ticket by its id; the stored versions of a page being ingested. No ticket is stored twice.",
        {"unique": True},
    ),
    Index(
        "tickets",
        (("tenant_id", UP), ("is_deleted", UP), ("created_at", DOWN), ("external_id", DOWN)),
        "The list, newest first, with keyset paging; every statistic over a period; tickets past retention, oldest first.",
    ),
    Index(
        "tickets",
        (
            *(("tenant_id", UP), ("is_deleted", UP), ("customer_id", UP)),
            *(("created_at", DOWN), ("external_id", DOWN)),
            *(("urgency", UP), ("sentiment", UP), ("status", UP), ("source", UP)),
        ),
        "A customer's tickets, newest first, with keyset paging; numbers of customers over a period, from the index alone.",
    ),
    Index(
        "tickets",
        (("tenant_id", UP), ("created_at", UP), ("external_id", UP)),
        "The urgent and open tickets of many tenants together, oldest first: merges a range for each tenant.",
        {
            "partialFilterExpression": {
                "is_deleted": False,
                "urgency": "high",
                **_any_other("status", CLOSED_STATUSES),
            }
        },
    ),
    Index(
        "tickets",
        (("tenant_id", UP), ("is_deleted", UP), ("turns", UP)),
        "What was closed or reopened in a period.",
    ),
    Index(
        "tickets",
        (("tenant_id", UP), ("is_deleted", UP), ("turns.3", UP)),
        "What was reopened more than once.",
        {"partialFilterExpression": {"turns.3": {"$exists": True}}},
    ),
    Index(
        "tickets",
        (("tenant_id", UP), ("is_deleted", UP), ("clocks.at", UP)),
        "What was replied to, and which clocks stopped, in a part of a day.",
        {"partialFilterExpression": {"clocks": {"$exists": True}}},
    ),
    Index(
        "tickets",
        (("tenant_id", UP), ("is_deleted", UP), ("next_due_at", UP), ("external_id", UP)),
        "Open tickets by when their next target is due: what is about to breach, and what is past due.",
        {"partialFilterExpression": {"next_due_at": {"$exists": True}}},
    ),
    Index(
        "tickets",
        (("tenant_id", UP), ("is_deleted", UP), ("waiting_for", UP), ("created_at", DOWN), ("external_id", DOWN)),
        "Open tickets that wait for us, or for the customer, newest first.",
        {"partialFilterExpression": {"waiting_for": {"$exists": True}}},
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
        "The list with any of these filters, newest first: merges the index ranges that match.",
    ),
    Index(
        "tickets",
        (("tenant_id", UP), ("words", UP), ("created_at", DOWN), ("external_id", DOWN)),
        "Search and the list of a keyword, with or without filters, newest first. Tickets get their words a few seconds after "
        "ingestion, so the many entries of this index do not slow ingestion down.",
        # Every ticket has a tenant. Naming it makes this another index than the uncompressed one of earlier versions, so
        # that it can be built while that one is still in use.
        {"partialFilterExpression": {"tenant_id": {"$exists": True}, "words": {"$exists": True}}},
        is_compressed=True,
    ),
    Index(
        "tickets",
        (("tenant_id", UP), ("is_deleted", UP), ("mapped_from", UP), ("status", UP)),
        "Tickets with a mapped status, to update after the tenant changes the mapping.",
        {"partialFilterExpression": {"mapped_from": {"$type": "string"}}},
    ),
    Index(
        "tickets",
        (("tenant_id", UP), ("unindexed_since", UP)),
        "Tickets that wait for search words or an update of them, oldest first.",
        {"partialFilterExpression": {"unindexed_since": {"$exists": True}}},
    ),
    Index(
        "tickets",
        (("tenant_id", UP), ("unread.tried_at", UP)),
        "Tickets whose messages could not be read, to request them again, those that have waited longest first.",
        {"partialFilterExpression": {"unread.tried_at": {"$exists": True}}},
    ),
    Index(
        "tickets",
        (("tenant_id", UP), ("correction.at", DOWN)),
        "Tickets with a correction, newest first: to learn from them.",
        {"partialFilterExpression": {"correction.at": {"$exists": True}}},
    ),
    Index(
        "tickets",
        (("tenant_id", UP), ("correction.batch", UP)),
        "Tickets that were corrected together: how many, and to undo that.",
        {"partialFilterExpression": {"correction.at": {"$exists": True}}},
    ),
    Index(
        "learned_weights",
        (("tenant_id", UP), ("number", DOWN)),
        "The versions of a tenant's learned weights, newest first, and one of them by its number.",
        {"unique": True},
    ),
    Index(
        "digest_subscriptions",
        (("tenant_id", UP), ("since", UP)),
        "The subscribers of a tenant's weekly digest.",
    ),
    Index("digest_subscriptions", (("user_id", UP),), "The digests that a user subscribes to."),
    Index("digests", (("user_id", UP), ("week", DOWN)), "The outcome of a user's last digest."),
    Index(
        "digests",
        (("asked", UP), ("status", UP)),
        "Digests that people asked for and that are not sent yet.",
        {"partialFilterExpression": {"asked": True}},
    ),
    Index(
        "digests",
        (("expires_at", UP),),
        "Digests are deleted after three months.",
        {"expireAfterSeconds": 0},
    ),
    Index("shared_links", (("digest", UP),), "A read-only link by its token.", {"unique": True, "sparse": True}),
    Index("shared_links", (("tenant_id", UP), ("made_at", DOWN)), "A tenant's read-only links, newest first."),
    Index(
        "shared_links",
        (("expires_at", UP),),
        "Read-only links are deleted thirty days after their end.",
        {"expireAfterSeconds": 0},
    ),
    Index("mail_schedules", (("tenant_id", UP), ("made_at", DOWN)), "A tenant's schedules, newest first."),
    Index("mail_schedules", (("is_paused", UP), ("next_at", UP)), "Schedules that are due."),
    Index("shared_mails", (("tenant_id", UP),), "Those of a tenant that is deleted."),
    Index(
        "shared_mails",
        (("status", UP), ("queued_at", UP)),
        "Pages that wait to be sent by e-mail.",
    ),
    Index(
        "shared_mails",
        (("expires_at", UP),),
        "Pages by e-mail are deleted after two days. The audit log says who sent which page to whom.",
        {"expireAfterSeconds": 0},
    ),
    Index(
        "ticket_history",
        (("tenant_id", UP), ("external_id", UP), ("recorded_at", DOWN), ("_id", DOWN)),
        "A ticket's history, newest first.",
    ),
    *(
        Index(
            "ticket_history",
            (("tenant_id", UP), ("recorded_at", UP), (f"changes.{each}.old", UP), (f"changes.{each}.new", UP)),
            "How often tickets changed hands in a period, and between whom, from the index alone.",
            {"partialFilterExpression": {f"changes.{each}.old": {"$gt": ""}, f"changes.{each}.new": {"$gt": ""}}},
        )
        for each in ("assignee", "team")
    ),
    Index("ticket_history", (("recorded_at", DOWN),), "The audit log in the admin, newest first."),
    Index(
        "conversations",
        (("tenant_id", UP), ("external_id", UP)),
        "A ticket's messages; at most one document a ticket.",
        {"unique": True},
    ),
    Index(
        "conversations",
        (("expires_at", UP),),
        "Messages that are only kept for a time.",
        {"expireAfterSeconds": 0},
    ),
    *_orders_of_customers(),
    Index(
        "customers",
        (("tenant_id", UP), ("words", UP)),
        "Customers by the beginning of a word of their name, id or organisation.",
    ),
    Index(
        "customers",
        (("tenant_id", UP), ("refresh_on", UP)),
        "Customers whom time has changed.",
        {"partialFilterExpression": {"refresh_on": {"$type": "number"}}},
    ),
    Index(
        "customer_changes",
        (("tenant_id", UP), ("_id", UP)),
        "The customers whose tickets have changed, the oldest change first; the tenants that have any.",
    ),
    Index("customer_watches", (("tenant_id", UP), ("user_id", UP), ("since", DOWN)), "Whom a person watches."),
    Index("customer_watches", (("tenant_id", UP), ("customer_id", UP)), "Who watches a customer."),
    Index(
        "notes",
        (("tenant_id", UP), ("about.kind", UP), ("about.key", UP), ("created_at", DOWN), ("_id", DOWN)),
        "The notes about a ticket or a customer, newest first; those to erase with them.",
    ),
    Index(
        "notes",
        (("tenant_id", UP), ("at", UP)),
        "The notes about moments of a period.",
        {"partialFilterExpression": {"at": {"$exists": True}}},
    ),
    Index(
        "notes",
        (("mentions", UP), ("created_at", DOWN)),
        "The notes that mention a person, the newest first.",
    ),
    Index("notes", (("mail_to", UP),), "Mentions that are not mailed yet.", {"sparse": True}),
    Index("notes", (("unseen_by", UP),), "Mentions that a person has not seen yet.", {"sparse": True}),
    Index(
        "notes",
        (("deleted_at", UP),),
        "Deleted notes can be restored for a week.",
        {"expireAfterSeconds": 7 * 24 * 3600},
    ),
    Index(
        "accuracy_samples",
        (("made_at", UP),),
        "Daily samples are deleted after a month.",
        {"expireAfterSeconds": 30 * 24 * 3600},
    ),
    Index(
        "mailbox_mails",
        (("key", UP), ("thread", UP), ("at", UP)),
        "The mails of a thread, in order of time; those without a thread.",
    ),
    Index("mailbox_mails", (("key", UP), ("mail", UP)), "The thread of the mail that another one answers."),
    Index("mailbox_mails", (("key", UP), ("at", UP)), "Threads with a mail since a time."),
    Index(
        "mailbox_mails",
        (("key", UP), ("is_pending", UP)),
        "Threads with a mail that is not stored with its ticket.",
        {"partialFilterExpression": {"is_pending": True}},
    ),
    Index("mailbox_mails", (("tenant_id", UP), ("external_id", UP)), "The mails of tickets that are erased."),
    Index(
        "ingestion_logs",
        (("tenant_id", UP),),
        "At most one queued or running run per tenant; a tenant's current run.",
        {"unique": True, "partialFilterExpression": {"active": True}},
    ),
    Index("ingestion_logs", (("tenant_id", UP), ("queued_at", DOWN)), "A tenant's past runs, newest first."),
    Index("ingestion_logs", (("status", UP), ("queued_at", UP)), "The worker's next run; runs with an expired lease."),
    Index("ingestion_logs", (("queued_at", DOWN),), "The audit log in the admin, newest first."),
    Index(
        "quarantine",
        (("tenant_id", UP), ("last_seen_at", DOWN), ("_id", DOWN)),
        "A tenant's rejected records, newest first, with keyset paging; oldest first for retries.",
    ),
    Index(
        "quarantine",
        (("tenant_id", UP), ("field", UP), ("reason", UP)),
        "Numbers of rejected records by reason, and the records of one reason.",
    ),
    Index(
        "quarantine",
        (("tenant_id", UP), ("is_cut", UP)),
        "Number of rejected records that were too large to be stored in full.",
        {"partialFilterExpression": {"is_cut": True}},
    ),
    Index(
        "name_spaces",
        (("tenant_id", UP), ("name", UP)),
        "A tenant's ticket namespaces; names are unique.",
        {"unique": True},
    ),
    Index(
        "name_spaces",
        (("tenant_id", UP),),
        "Only one connection of a tenant keeps the ids of its helpdesk, also if two are added at once.",
        {"unique": True, "partialFilterExpression": {"prefix": {"$eq": ""}, "helpdesks": {"$type": "array"}}},
    ),
    Index(
        "quarantine",
        (("tenant_id", UP), ("external_id", UP)),
        "Rejected records to remove once their ticket is accepted.",
    ),
    Index(
        "outbox",
        (("due_at", UP), ("channel_id", UP)),
        "Channels with due outbox entries.",
        {"partialFilterExpression": {"status": "waiting"}},
    ),
    Index(
        "outbox",
        (("channel_id", UP), ("due_at", UP), ("_id", UP)),
        "A channel's due outbox entries, oldest first.",
        {"partialFilterExpression": {"status": "waiting"}},
    ),
    Index("outbox", (("tenant_id", UP), ("status", UP)), "Number of a tenant's waiting outbox entries."),
    Index(
        "outbox",
        (("expires_at", UP),),
        "Retention: deletes news with expires_at, which only tenants with a retention period have.",
        {"expireAfterSeconds": 0, "sparse": True},
    ),
    Index(
        "deliveries",
        (("next_attempt_at", UP), ("channel_id", UP)),
        "Channels with due messages.",
        {"partialFilterExpression": {"status": "pending"}},
    ),
    Index(
        "deliveries",
        (("channel_id", UP), ("next_attempt_at", UP)),
        "The next message of a channel; messages to send once its endpoint has recovered.",
        {"partialFilterExpression": {"status": "pending"}},
    ),
    Index(
        "deliveries",
        (("channel_id", UP), ("customers", UP), ("composed_at", DOWN)),
        "Whether a channel was notified about a customer within the last hour.",
    ),
    Index(
        "deliveries",
        (("tenant_id", UP), ("composed_at", DOWN), ("_id", DOWN)),
        "A tenant's messages, newest first, with keyset paging.",
    ),
    Index(
        "deliveries",
        (("tenant_id", UP), ("status", UP), ("composed_at", DOWN), ("_id", DOWN)),
        "A tenant's messages of one status, such as failed or pending.",
    ),
    Index(
        "deliveries",
        (("tenant_id", UP), ("alerts", UP)),
        "The messages of an alert that somebody acknowledges.",
    ),
    Index(
        "deliveries",
        (("tenant_id", UP), ("tickets.ticket_id", UP), ("composed_at", DOWN)),
        "The messages about a ticket, newest first.",
    ),
    Index(
        "deliveries",
        (("escalate_at", UP),),
        "Messages that nobody has acknowledged in time.",
        {"partialFilterExpression": {"escalate_at": {"$type": "date"}}},
    ),
    Index(
        "acknowledgements",
        (("at", UP),),
        "Acknowledgements are deleted after two years.",
        {"expireAfterSeconds": 2 * 365 * 24 * 3600},
    ),
    Index("acknowledgements", (("tenant_id", UP),), "Those of a tenant that is deleted."),
    Index("deliveries", (("composed_at", DOWN),), "The audit log in the admin, newest first."),
    Index(
        "deliveries",
        (("expires_at", UP),),
        "Retention: deletes messages with expires_at, which only tenants with a retention period have.",
        {"expireAfterSeconds": 0, "sparse": True},
    ),
    Index(
        "request_quotas",
        (("expires_at", UP),),
        "Request counts are deleted after two minutes.",
        {"expireAfterSeconds": 0},
    ),
    Index(
        "idempotency_keys",
        (("expires_at", UP),),
        "Idempotency keys are deleted after a day.",
        {"expireAfterSeconds": 0},
    ),
    Index(
        "circuits",
        (("now", UP),),
        "Circuits unused for thirty days are deleted.",
        {"expireAfterSeconds": 30 * 24 * 3600},
    ),
    Index(
        "rate_limits",
        (("now", UP),),
        "Hosts unused for a day are deleted; their windows have long ended.",
        {"expireAfterSeconds": 86_400},
    ),
    Index("troubles", (("is_failing", UP), ("tenant_id", UP)), "Present outages, of one tenant or of all."),
    Index(
        "incidents",
        (("tenant_id", UP), ("found_at", DOWN), ("number", DOWN)),
        "A tenant's incidents, the latest first; those that matter to what is found now.",
    ),
    Index(
        "incidents",
        (("is_ongoing", UP), ("tenant_id", UP)),
        "Incidents that are going on, of some tenants or of all.",
        {"partialFilterExpression": {"is_ongoing": True}},
    ),
    Index(
        "number_alert_states",
        (("tenant_id", UP), ("is_firing", UP)),
        "How many alerts on numbers fire, for the links to them.",
    ),
    Index("rollup_findings", (("found_at", UP),), "Days whose numbers were wrong lately."),
    Index(
        "rollup_findings",
        (("expires_at", UP),),
        "Findings are deleted after 30 days.",
        {"expireAfterSeconds": 0},
    ),
    Index("rollup_numbers", (("tenant_id", UP), ("generation", UP)), "An older generation, to delete it."),
    Index("rollup_clocks", (("tenant_id", UP), ("generation", UP)), "An older generation, to delete it."),
    Index("rollup_work", (("tenant_id", UP), ("generation", UP)), "An older generation, to delete it."),
    Index("rollup_words", (("tenant_id", UP), ("generation", UP)), "An older generation, to delete it."),
    Index(
        "rollup_words",
        (("tenant_id", UP), ("added", UP)),
        "Keywords that have to be added up.",
        {"partialFilterExpression": {"added": {"$gt": 500}}},
    ),
    Index(
        "customer_counts",
        (("tenant_id", UP), ("generation", UP)),
        "Customers by a part of their ID; an older generation, to delete it.",
    ),
    Index(
        "customer_counts",
        (("tenant_id", UP), ("generation", UP), ("total", DOWN), ("customer_id", UP)),
        "The customers with the most tickets.",
        {"partialFilterExpression": {"total": {"$gte": 4}}},
    ),
    Index(
        "customer_counts",
        (("tenant_id", UP), ("generation", UP), ("points", DOWN)),
        "The customers with the highest risk scores.",
        {"partialFilterExpression": {"points": {"$gte": 8}}},
    ),
    Index(
        "erasures", (("tenant_id", UP),), "Whether a tenant has erased anything; erasures to delete with the tenant."
    ),
    Index(
        "tenant_faults",
        (("last_at", UP),),
        "Faults in a tenant's background work are deleted if they do not recur.",
        {"expireAfterSeconds": 86_400},
    ),
    Index(
        "rule_judging",
        (("ended_at", UP),),
        "Tenants whose stored tickets await reclassification after a change of rules.",
    ),
    Index("topics", (("tenant_id", UP), ("number", UP)), "A tenant's topics, for every run and the page."),
    Index(
        "topic_tagging",
        (("ended_at", UP),),
        "Tenants whose stored tickets await being looked through for new topics.",
    ),
    Index(
        "status_remapping",
        (("ended_at", UP),),
        "Tenants whose stored tickets await an update after a change of the status mapping.",
    ),
    Index(
        "connection_drafts",
        (("expires_at", UP),),
        "Connections that were not saved within an hour are deleted with their keys.",
        {"expireAfterSeconds": 0},
    ),
    Index("connection_drafts", (("tenant_id", UP),), "Drafts to delete with their tenant."),
    Index(
        "uploaded_files",
        (("expires_at", UP),),
        "Uploaded files that were not imported within an hour are deleted.",
        {"expireAfterSeconds": 0},
    ),
    Index(
        "uploaded_files",
        (("tenant_id", UP), ("user_id", UP), ("expires_at", UP)),
        "A person's files for a tenant, to delete the oldest; those to delete with their tenant.",
    ),
    Index(
        "uploaded_file_parts",
        (("expires_at", UP),),
        "The parts of uploaded files are deleted with them.",
        {"expireAfterSeconds": 0},
    ),
    Index("uploaded_file_parts", (("tenant_id", UP),), "Parts to delete with their tenant."),
    Index("schedules", (("next_at", UP),), "The tenant whose scheduled sync has been due longest."),
    Index(
        "sign_in_attempts",
        (("expires_at", UP),),
        "Sign-in attempts are deleted after a day.",
        {"expireAfterSeconds": 0},
    ),
    Index(
        "tenants_personsession",
        (("session_key", UP),),
        "The session of a request. Queries cannot use the table's unique index, because it is partial.",
    ),
    Index(
        "tenants_personsession",
        (("expire_date", UP),),
        "Expired sessions are deleted.",
        {"expireAfterSeconds": 0},
    ),
    Index(
        "workers",
        (("seen_at", UP),),
        "Workers that ended without signing off are deleted after an hour.",
        {"expireAfterSeconds": 3600},
    ),
)

RETIRED: tuple[tuple[str, str], ...] = (("tickets", "tenant_id_words_created_at_external_id"),)
"""Collections and names of indexes that only earlier versions use."""


def ensure_indexes() -> list[str]:
    """Create missing indexes. Returns the names of all, as `collection.index`."""
    for name in dict.fromkeys(index.collection for index in INDEXES):
        models = [index.model() for index in INDEXES if index.collection == name]
        mongo.collection(name).create_indexes(models)
    return [f"{index.collection}.{index.name}" for index in INDEXES]


def drop_retired_indexes() -> None:
    """Drop the indexes of earlier versions. No process of such a version may still run."""
    for collection, name in RETIRED:
        if name in mongo.collection(collection).index_information():
            mongo.collection(collection).drop_index(name)
