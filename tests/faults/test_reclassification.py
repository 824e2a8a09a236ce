"""Reclassification that is killed at every step, with runs in between: nothing is lost or doubled."""

import time
from collections.abc import Callable

from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import store_tickets
from tests.faults.changing_helpdesk import ChangingHelpdesk
from tests.faults.comparing import assert_exact, assert_numbers_agree, assert_sound
from tests.faults.conftest import IS_LONG, PATIENCE_SECONDS, OwnDatabase, make_tenant, run_here, statuses
from tests.faults.doomed import DoomedCommands
from tests.faults.test_side_by_side import two_workers, wait_until_idle
from tests.faults.walking import SIZE, kill_everywhere
from tickets import jobs
from tickets.alerts.model import Channel
from tickets.helpdesks.model import Source
from tickets.jobs import JobRequest
from tickets.models import ClassificationRule
from tickets.rules.editing import save_rule
from tickets.rules.reclassification import RECLASSIFICATION, reclassify_waiting_tickets

PLACES = slice(None) if IS_LONG else slice(3, None, 32)


def test_a_kill_between_any_two_database_commands_loses_and_doubles_nothing(
    database: OwnDatabase,
    acme: Tenant,
    connect: Callable[..., Source],
    changing: Callable[..., ChangingHelpdesk],
    doomed_process: DoomedCommands,
) -> None:
    connect(changing(1, size=1).url)
    tenant = make_tenant("globex")
    store_tickets(tenant, [{"id": f"T-{n:03}", "subject": "a gold plan" if n % 7 == 0 else "x"} for n in range(SIZE)])
    assert_numbers_agree(tenant)
    rule = ClassificationRule(tenant=tenant, phrases="gold plan", urgency="high", sentiment="negative")
    save_rule(rule)
    news = mongo.collection("outbox").count_documents({"tenant_id": "globex"})
    kill_everywhere(
        database,
        doomed_process,
        tenant,
        collections=[RECLASSIFICATION.collection],
        finish=reclassify_waiting_tickets,
        check=lambda: _assert_reclassified(tenant, rule, news),
        places=PLACES,
    )


def test_workers_reclassify_while_runs_and_other_rule_changes_happen(
    database: OwnDatabase, acme: Tenant, connect: Callable[..., Source], changing: Callable[..., ChangingHelpdesk]
) -> None:
    Channel.objects.filter(tenant=acme).delete()
    helpdesk = changing(3, size=1_100, strange=False)
    connect(helpdesk.url, page_size=500)
    assert run_here(acme).progress.counts.new_ingested == 1_100
    rule = ClassificationRule(tenant=acme, phrases="find the invoice, lawsuit", urgency="high")
    deadline = time.monotonic() + PATIENCE_SECONDS
    with two_workers(database):
        for feeling in ("positive", "negative", "neutral"):
            rule.sentiment = feeling
            save_rule(rule)
            helpdesk.change(12)
            jobs.enqueue(acme, JobRequest(trigger="web", started_by="test", full=True))
            wait_until_idle()
        while RECLASSIFICATION.find_progress(acme).is_running:  # type: ignore[union-attr]
            assert time.monotonic() < deadline, "the tickets were not reclassified"
            time.sleep(0.05)
    assert statuses(acme) == {"completed": 4}
    assert_exact(acme, helpdesk.tickets)
    assert_numbers_agree(acme)
    assert mongo.collection("ticket_history").count_documents({"reason": "rules changed"}) > 0


def _assert_reclassified(tenant: Tenant, rule: ClassificationRule, news: int) -> None:
    assert_sound(tenant)
    progress = RECLASSIFICATION.find_progress(tenant)
    assert progress is not None and not progress.is_running
    mine = {"tenant_id": tenant.slug}
    assert mongo.collection("tickets").count_documents({**mine, "urgency": "high"}) == SIZE // 7
    entries = list(mongo.collection("ticket_history").find({**mine, "reason": "rules changed"}))
    assert len(entries) == len({each["external_id"] for each in entries}) == SIZE // 7
    assert mongo.collection("outbox").count_documents(mine) == news
    assert_numbers_agree(tenant)
