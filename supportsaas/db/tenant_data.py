"""Every collection outside Django, and whether it holds tenant data, which is erased with the tenant.

A test fails if a collection is in neither list. Django's tables are not listed: a foreign key names their tenant, so
they are deleted with it.
"""

import re
from dataclasses import dataclass

from supportsaas.db import mongo
from supportsaas.db.mongo import Document

TENANT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
"""The form of a tenant id (the slug)."""


@dataclass(frozen=True, slots=True)
class TenantData:
    """A collection with tenant data. `field` holds the tenant id, or a text that ends with `@` and the id
    (`is_behind_at`), or one that may go on with a colon and a connection's name (`may_name_connection`).

    `label` is the user-visible plural name of the documents, empty if they are derived from others.
    """

    collection: str
    label: str = ""
    field: str = "tenant_id"
    is_behind_at: bool = False
    may_name_connection: bool = False

    def match(self, tenant_id: str) -> Document:
        if self.may_name_connection:
            return {"$or": [{self.field: tenant_id}, {self.field: {"$gte": f"{tenant_id}:", "$lt": f"{tenant_id};"}}]}
        return {self.field: {"$regex": f"@{re.escape(tenant_id)}$"} if self.is_behind_at else tenant_id}

    def count(self, tenant_id: str) -> int:
        return mongo.collection(self.collection).count_documents(self.match(tenant_id))


OF_TENANTS: tuple[TenantData, ...] = (
    TenantData("tickets", "tickets"),
    TenantData("ticket_history", "changes of tickets"),
    TenantData("conversations", "conversations"),
    TenantData("notes", "notes"),
    TenantData("quarantine", "rejected records"),
    TenantData("outbox", "alerts to be sent"),
    TenantData("deliveries", "alert messages"),
    TenantData("acknowledgements"),
    TenantData("ingestion_logs", "runs"),
    TenantData("audit_log", "configuration changes"),
    TenantData("digest_subscriptions", "weekly digests"),
    TenantData("shared_mails", "pages sent by e-mail"),
    TenantData("shared_links", "read-only links"),
    TenantData("mail_schedules", "scheduled e-mails"),
    TenantData("erasures", "erased tickets and customers, as digests"),
    TenantData("accuracy_samples"),
    TenantData("mailbox_mails"),
    TenantData("mailboxes", field="_id", may_name_connection=True),
    TenantData("connection_drafts"),
    TenantData("uploaded_files"),
    TenantData("uploaded_file_parts"),
    TenantData("name_spaces"),
    TenantData("troubles"),
    TenantData("incidents", "incidents"),
    TenantData("incident_watch", field="_id"),
    TenantData("insights", field="_id"),
    TenantData("tenant_faults"),
    TenantData("rollup_numbers"),
    TenantData("rollup_words"),
    TenantData("rollup_clocks"),
    TenantData("rollup_work"),
    TenantData("rollup_findings"),
    TenantData("customer_counts"),
    TenantData("customers"),
    TenantData("customer_changes"),
    TenantData("customer_refresh", field="_id"),
    TenantData("customer_watches", "watched customers"),
    TenantData("rollup_state", field="_id"),
    TenantData("sync_state", field="_id", may_name_connection=True),
    TenantData("rule_judging", field="_id"),
    TenantData("learning", field="_id"),
    TenantData("learned_weights"),
    TenantData("topics", "topics"),
    TenantData("topic_finding", field="_id"),
    TenantData("topic_tagging", field="_id"),
    TenantData("clock_recount", field="_id"),
    TenantData("number_alert_states"),
    TenantData("older_words", field="_id"),
    TenantData("status_remapping", field="_id"),
    TenantData("schedules", field="_id", may_name_connection=True),
    TenantData("setup_checklists", field="_id"),
    TenantData("circuits", field="_id", is_behind_at=True),
)

OF_NO_TENANT = {
    "digests": "people and weeks: who was sent their weekly digest; deleted after three months",
    "idempotency_keys": "callers, as digests; deleted after a day",
    "locks": "names only; a fence must keep growing",
    "rate_limits": "hosts",
    "request_quotas": "tokens, users, and digests of addresses; deleted after two minutes",
    "restore_in_progress": "an unfinished restore",
    "sign_in_attempts": "names and addresses, as digests",
    "tenant_deletions": "tenants that are being erased",
    "workers": "processes",
}
"""Collections without tenant data, each with what its documents describe."""


def count_data(tenant_id: str) -> dict[str, int]:
    """Numbers of the tenant's documents by label, without zeros."""
    counted = {each.label: each.count(tenant_id) for each in OF_TENANTS if each.label}
    return {label: number for label, number in counted.items() if number}


def has_data(tenant_id: str) -> bool:
    """Whether the tenant id still has user-visible data."""
    return any(
        mongo.collection(each.collection).find_one(each.match(tenant_id), {"_id": 1}) is not None
        for each in OF_TENANTS
        if each.label
    )


def erase_some(data: TenantData, tenant_id: str, *, limit: int) -> int:
    """Delete up to `limit` documents of the tenant. Returns their number."""
    documents = mongo.collection(data.collection)
    keys = [each["_id"] for each in documents.find(data.match(tenant_id), {"_id": 1}).limit(limit)]
    return documents.delete_many({"_id": {"$in": keys}}).deleted_count if keys else 0
