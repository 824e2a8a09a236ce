"""What managers make of a tenant's topics: other names, mergers, hidden ones. Each can be undone, and is in the audit log."""

from collections.abc import Mapping
from typing import Any, Final

from supportsaas.db.model_transaction import in_transaction, open_session
from supportsaas.web.rejected import Rejected
from tenants.audit import audit_log
from tenants.models import Tenant
from tickets.topics.store import Topic, TopicStore
from tickets.topics.tagging import TAGGING

LONGEST_NAME: Final = 80
_JOINERS: Final = "\u200c\u200d"
"""Not to be seen, but part of words and emoji."""
_GONE: Final = "This topic no longer exists."


def rename_topic(tenant: Tenant, topic_id: str, name: str) -> Topic:
    """Give the topic another name; an empty one gives it back the name it was found with. Returns it as it was.

    Raises `Rejected` if another topic in the list has the name.
    """
    given, name = name, _visible(name)
    if given.strip() and not name:
        raise Rejected("Enter a name that can be seen.")
    if len(name) > LONGEST_NAME:
        raise Rejected(f"The name can have at most {LONGEST_NAME} characters.")

    def work() -> Topic:
        topics = _all(tenant)
        topic = _find(topics, topic_id)
        others = {each.name.casefold() for each in topics.values() if each.id != topic_id and each.is_listed}
        if name and name.casefold() in others:
            raise Rejected(f"There is another topic “{name}”. Merge the two instead.")
        _save(tenant, topic, {"given_name": name})
        return topic

    return in_transaction(work)


def hide_topic(tenant: Tenant, topic_id: str, *, is_hidden: bool) -> Topic:
    """Hide the topic from dashboards and the list, or show it again. Returns it as it was."""

    def work() -> Topic:
        topic = _find(_all(tenant), topic_id)
        _save(tenant, topic, {"is_hidden": is_hidden})
        return topic

    return in_transaction(work)


def merge_topic(tenant: Tenant, topic_id: str, *, into: str) -> tuple[Topic, Topic]:
    """Count the tickets of a topic under another one from now on. Returns both as they were.

    Raises `Rejected` if the other one is hidden, or is itself part of this one.
    """

    def work() -> tuple[Topic, Topic]:
        topics = _all(tenant)
        topic, other = _find(topics, topic_id), _find(topics, into)
        if topic_id == into or not other.is_listed:
            raise Rejected("Choose another topic that is in the list.")
        if not topic.is_listed:
            raise Rejected(f"“{topic.name}” is hidden or merged already. Show it again first.")
        _save(tenant, topic, {"merged_into": into})
        _request_matching(tenant, into)
        return topic, other

    return in_transaction(work)


def separate_topic(tenant: Tenant, topic_id: str) -> Topic:
    """Undo a merger. Undoing twice does nothing more. Returns the topic as it was."""

    def work() -> Topic:
        topic = _find(_all(tenant), topic_id)
        if topic.merged_into is not None:
            _save(tenant, topic, {"merged_into": None})
            _request_matching(tenant, topic.merged_into)
        return topic

    return in_transaction(work)


def _visible(name: str) -> str:
    """Without control characters and marks of direction, and with single spaces."""
    kept = "".join(each if each.isprintable() or each in _JOINERS else " " if each.isspace() else "" for each in name)
    return " ".join(kept.split()) if kept.strip(f"{_JOINERS} ") else ""


def _all(tenant: Tenant) -> dict[str, Topic]:
    return {each.id: each for each in TopicStore(tenant).find_all(session=open_session())}


def _find(topics: Mapping[str, Topic], topic_id: str) -> Topic:
    topic = topics.get(topic_id)
    if topic is None:
        raise Rejected(_GONE)
    return topic


def _request_matching(tenant: Tenant, topic_id: str) -> None:
    """The topic's tickets change."""
    TopicStore(tenant).edit(topic_id, {"is_matched": False}, session=open_session())
    TAGGING.request(tenant, session=open_session())


def _save(tenant: Tenant, topic: Topic, values: Mapping[str, Any]) -> None:
    changed = {name: value for name, value in values.items() if getattr(topic, name) != value}
    if not changed:
        return
    TopicStore(tenant).edit(topic.id, changed, session=open_session())
    actor, via, address = audit_log.who()
    audit_log.append_entry(
        tenant_slug=tenant.slug,
        actor=actor,
        via=via,
        address=address,
        action="changed",
        kind="topic",
        object_id=topic.id,
        name=topic.given_name or topic.id,  # not a customer's phrase: entries are kept for ever
        changes={name: {"old": _text(getattr(topic, name)), "new": _text(new)} for name, new in changed.items()},
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)
