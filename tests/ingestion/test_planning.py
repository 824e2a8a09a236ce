"""A ticket is reclassified only if its text or the rules have changed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON
from tickets.classification.rules_version import RULES_VERSION
from tickets.classification.tenant_rules import NO_RULES, TenantRule, TenantRules, parse_phrases
from tickets.planning.changes import stored_fields
from tickets.planning.page_plan import stored_verdict
from tickets.planning.reading import classify
from tickets.records.normalize import TicketContent

VERSION = str(RULES_VERSION)
CONTENT = TicketContent(
    external_id="T-1",
    source="email",
    customer_id="cust_1",
    subject="A question",
    message="We will file a lawsuit, please help",
    status="open",
    created_at=NOON,
    updated_at=NOON,
)


def stored(*, classifier_version: int = RULES_VERSION) -> dict[str, Any]:
    fields = stored_fields(CONTENT, classify(CONTENT))
    return {"external_id": "T-1", **fields, "digest": CONTENT.digest(classifier_version=classifier_version)}


def test_a_new_status_leaves_the_verdict_as_it_was_stored() -> None:
    closed = replace(CONTENT, status="closed", updated_at=NOON + timedelta(hours=1))
    verdict = stored_verdict(closed, stored(), classifier_version=VERSION)
    assert verdict is not None
    assert stored_fields(closed, verdict) == stored_fields(closed, classify(closed))


@pytest.mark.parametrize("change", [{"message": "Thank you"}, {"subject": "Another question"}])
def test_a_changed_text_is_reclassified(change: dict[str, Any]) -> None:
    assert stored_verdict(replace(CONTENT, **change), stored(), classifier_version=VERSION) is None


def test_new_rules_reclassify_everything() -> None:
    closed = replace(CONTENT, status="closed")
    assert stored_verdict(closed, stored(classifier_version=RULES_VERSION - 1), classifier_version=VERSION) is None
    theirs = TenantRules([TenantRule("1", parse_phrases("lawsuit"), sentiment="negative")])
    assert stored_verdict(closed, stored(), classifier_version=theirs.version) is None


def test_without_rules_of_its_own_a_tenants_digests_are_as_they_were_before_there_were_any() -> None:
    assert NO_RULES.version == TenantRules().version == str(RULES_VERSION)
