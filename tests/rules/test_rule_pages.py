"""The rules page: permissions, messages and the audit log."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tenants.models import AuditEntry, Tenant, User
from tests.builders import store_tickets
from tests.hostile import CORPUS, problems_of
from tickets.classification.tenant_rules import MAX_RULES
from tickets.models import ClassificationRule
from tickets.rules import editing
from tickets.rules.reclassification import reclassify_waiting_tickets
from tickets.store.ticket_store import TicketStore

ClientOf = Callable[[User], Client]
FORM = {"phrases": "gold plan", "urgency": "high", "sentiment": "", "note": "They pay for it", "enabled": "on"}


@pytest.fixture
def page(client_of: ClientOf, manager: User) -> Client:
    return client_of(manager)


def phrases(tenant: Tenant) -> list[str]:
    return [each.phrases for each in editing.all_rules(tenant)]


def make(tenant: Tenant, *listed: str, **values: Any) -> list[ClassificationRule]:
    made = [ClassificationRule(tenant=tenant, phrases=each, **{"urgency": "high", **values}) for each in listed]
    for rule in made:
        editing.store_rule(rule)
    return made


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_a_manager_adds_a_rule_and_every_member_sees_it(
    page: Client, tenant: Tenant, client_of: ClientOf, team_mate: User
) -> None:
    assert "No rules yet" in text_of(page.get("/t/acme/rules/"))
    answer = page.post("/t/acme/rules/add/", FORM, follow=True)
    assert "Saved the rule “gold plan”" in text_of(answer)
    assert "Reclassifying stored tickets" in text_of(answer)
    seen = text_of(client_of(team_mate).get("/t/acme/rules/"))
    assert "gold plan" in seen and "They pay for it" in seen
    assert "Delete" not in seen and "Add a rule" not in seen and "csrfmiddlewaretoken" not in seen.split("<main")[1]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"phrases": ""}, "This field is required"),
        ({"phrases": " , ,"}, "Enter at least one word or phrase"),
        ({"phrases": "!!!"}, "has no letter or digit"),
        ({"phrases": "a*"}, "needs at least 2 letters before the *"),
        ({"phrases": "x" * 501}, "at most 500 characters"),
        ({"phrases": "a\0b"}, "Null characters are not allowed"),
        ({"urgency": ""}, "Choose an urgency, a sentiment, or both"),
        ({"urgency": "dire"}, "not one of the available choices"),
        ({"note": "x" * 201}, "at most 200 characters"),
    ],
)
def test_an_invalid_rule_shows_the_error_at_its_field_and_is_not_saved(
    page: Client, tenant: Tenant, values: dict[str, str], sentence: str
) -> None:
    answer = page.post("/t/acme/rules/add/", {**FORM, **values})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert phrases(tenant) == []


def test_the_number_of_rules_is_limited(page: Client, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("tickets.rules.model", "tickets.rules.editing"):
        monkeypatch.setattr(f"{module}.MAX_RULES", 2)
    make(tenant, "one", "two")
    answer = page.post("/t/acme/rules/add/", FORM)
    assert answer.status_code == 422 and f"The limit of {MAX_RULES} rules is reached" in text_of(answer)
    assert len(phrases(tenant)) == 2


def test_rules_are_moved_switched_changed_and_deleted(page: Client, tenant: Tenant) -> None:
    one, two, three = make(tenant, "one", "two", "three")
    page.post(f"/t/acme/rules/{three.pk}/move/", {"to": "first"})
    assert phrases(tenant) == ["three", "one", "two"]
    page.post(f"/t/acme/rules/{three.pk}/move/", {"to": "down"})
    page.post(f"/t/acme/rules/{one.pk}/move/", {"to": "up"})
    page.post(f"/t/acme/rules/{two.pk}/move/", {"to": "up"})
    assert phrases(tenant) == ["one", "two", "three"]
    for nonsense in ("sideways", "", "up"):
        page.post(f"/t/acme/rules/{one.pk}/move/", {"to": nonsense})
    assert phrases(tenant) == ["one", "two", "three"]
    for _ in range(2):
        page.post(f"/t/acme/rules/{one.pk}/switch/", {"enabled": "0"})
    assert [each.enabled for each in editing.all_rules(tenant)] == [False, True, True]
    assert "Off" in text_of(page.get("/t/acme/rules/"))
    page.post(f"/t/acme/rules/{two.pk}/", {**FORM, "phrases": "  two \n twin ,, ", "revision": "1"})
    assert phrases(tenant)[1] == "two, twin"
    page.post(f"/t/acme/rules/{one.pk}/delete/")
    assert phrases(tenant) == ["two, twin", "three"]


def test_a_form_submitted_twice_at_once_adds_one_rule(
    page: Client, client_of: ClientOf, manager: User, tenant: Tenant
) -> None:
    start, answers = threading.Barrier(2), []

    def add(sender: Client) -> None:
        try:
            start.wait(10)
            answers.append(sender.post("/t/acme/rules/add/", FORM).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=add, args=(sender,)) for sender in (page, client_of(manager))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (answers, phrases(tenant)) == ([302, 302], ["gold plan"])
    page.post("/t/acme/rules/add/", {**FORM, "note": "Another reason"})
    assert phrases(tenant) == ["gold plan", "gold plan"]


def test_a_form_with_an_outdated_revision_is_not_saved(page: Client, tenant: Tenant) -> None:
    (rule,) = make(tenant, "one")
    assert 'name="revision" value="1"' in page.get(f"/t/acme/rules/{rule.pk}/").content.decode()
    page.post(f"/t/acme/rules/{rule.pk}/", {**FORM, "urgency": "low", "revision": "1"})
    answer = page.post(f"/t/acme/rules/{rule.pk}/", {**FORM, "revision": "1"})
    assert answer.status_code == 422 and "Someone else has changed this rule" in text_of(answer)
    assert editing.all_rules(tenant)[0].urgency == "low"


def test_the_preview_says_what_would_change_and_changes_nothing(page: Client, tenant: Tenant) -> None:
    store_tickets(
        tenant,
        [
            *({"id": f"T-{n}", "subject": "on the gold plan"} for n in range(3)),
            {"id": "S", "message": "lawsuit, gold plan"},
            {"id": "N"},
        ],
    )
    preview = text_of(page.post("/t/acme/rules/add/", {**FORM, "preview": "1"}))
    assert "<strong>3</strong> of the newest 5 tickets would change; 4 match the rule" in preview
    assert "urgency low → high" in preview and "on the gold plan" in preview
    assert phrases(tenant) == []
    (rule,) = make(tenant, "gold plan")
    preview = text_of(page.post(f"/t/acme/rules/{rule.pk}/", {**FORM, "phrases": "silver", "preview": "1"}))
    assert "<strong>3</strong> of the newest 5" in preview and "urgency high → low" in preview
    make(tenant, "on the gold", urgency="low")
    preview = text_of(page.post(f"/t/acme/rules/{rule.pk}/", {**FORM, "enabled": "", "preview": "1"}))
    assert "<strong>3</strong> of the newest 5" in preview, "switched off, the one behind it decides"
    assert phrases(tenant) == ["gold plan", "on the gold"]


def test_the_preview_covers_fewer_tickets_if_their_messages_are_very_long(
    page: Client, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.rules.preview.MAX_CHARACTERS", 100)
    store_tickets(tenant, [{"id": f"T-{n}", "message": "gold plan " * 8} for n in range(5)])
    assert "of the newest 2 tickets" in text_of(page.post("/t/acme/rules/add/", {**FORM, "preview": "1"}))


def test_progress_is_shown_until_reclassification_ends(page: Client, tenant: Tenant) -> None:
    store_tickets(tenant, [{"id": "T-1", "subject": "gold plan"}])
    make(tenant, "gold plan")
    shown = text_of(page.get("/t/acme/rules/judging/"))
    assert "Waiting" in shown and "every 2s" in shown and "No worker seems to be running" in shown
    reclassify_waiting_tickets(threading.Event())
    shown = text_of(page.get("/t/acme/rules/judging/"))
    assert "All stored tickets are up to date with these rules: 1 changed" in shown and "every 2s" not in shown


def test_the_ticket_page_names_the_rule_and_highlights_its_words(page: Client, tenant: Tenant) -> None:
    (rule,) = make(tenant, "silver, gold pl*", note="They pay for it")
    store_tickets(tenant, [{"id": "T-1", "subject": "on the Gold Plan"}])
    shown = text_of(page.get("/t/acme/tickets/T-1/"))
    assert f'<a href="/t/acme/rules/#rule-{rule.pk}"><bdi>silver, gold pl*</bdi></a>' in shown
    assert "They pay for it" in shown
    assert 'title="urgency: high (rule “gold pl*”)">Gold Plan</mark>' in shown
    why = page.get("/tickets/T-1?tenant_id=acme").json()["why"]
    found = [(each["label"], each["field"], each["start"], each["end"]) for each in why if each["term"] == "gold pl*"]
    assert found == [("high", "subject", 7, 16)]


def test_the_history_says_that_rules_changed(page: Client, tenant: Tenant) -> None:
    store_tickets(tenant, [{"id": "T-1", "subject": "gold plan"}])
    make(tenant, "gold plan")
    shown = text_of(page.get("/t/acme/tickets/T-1/"))
    assert "All tickets are being reclassified now" in shown
    reclassify_waiting_tickets(threading.Event())
    shown = text_of(page.get("/t/acme/tickets/T-1/"))
    assert "Reclassified" in shown and "rules</a> changed" in shown
    entry = page.get("/tickets/T-1/history?tenant_id=acme").json()["history"][0]
    assert set(entry) == {"action", "changes", "recorded_at", "job_id"}


def test_the_audit_log_keeps_who_changed_which_rule_and_what_it_was(page: Client, tenant: Tenant) -> None:
    page.post("/t/acme/rules/add/", FORM)
    rule = editing.all_rules(tenant)[0]
    page.post(f"/t/acme/rules/{rule.pk}/", {**FORM, "urgency": "low", "revision": "1"})
    page.post(f"/t/acme/rules/{rule.pk}/delete/")
    entries = list(
        AuditEntry.objects.filter(tenant_slug="acme", kind="classification rule").order_by("recorded_at", "id")
    )
    assert [(each.actor, each.via, each.action) for each in entries] == [
        ("manager", "page", action) for action in ("created", "changed", "deleted")
    ]
    assert entries[1].changes == {"urgency": {"old": "high", "new": "low"}}
    assert entries[2].changes["phrases"] == {"old": "gold plan", "new": ""}


def test_a_form_without_its_csrf_token_is_rejected(manager: User, tenant: Tenant) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(manager)
    (rule,) = make(tenant, "one")
    for path in ("add/", f"{rule.pk}/", f"{rule.pk}/move/", f"{rule.pk}/switch/", f"{rule.pk}/delete/"):
        assert client.post(f"/t/acme/rules/{path}", FORM).status_code == 403


def test_a_rule_of_another_tenant_is_not_found(
    page: Client, tenant: Tenant, other_tenant: Tenant, client_of: ClientOf, stranger: User
) -> None:
    (theirs,) = make(other_tenant, "secret words")
    for path in ("", "move/", "switch/", "delete/"):
        assert page.post(f"/t/acme/rules/{theirs.pk}/{path}", {**FORM, "to": "up"}).status_code == 404
    assert page.get("/t/acme/rules/$ne/").status_code == 404
    assert "secret words" not in text_of(page.get("/t/acme/rules/"))
    assert phrases(other_tenant) == ["secret words"]
    assert client_of(stranger).get("/t/acme/rules/").status_code == 404


def test_hostile_text_stays_text(page: Client, tenant: Tenant) -> None:
    for text in CORPUS.values():
        answer = page.post("/t/acme/rules/add/", {**FORM, "phrases": text, "note": text})
        assert answer.status_code in (302, 422)
        assert problems_of(answer.content.decode()) == []
        previewed = page.post("/t/acme/rules/add/", {**FORM, "phrases": text, "note": text, "preview": "1"})
        assert problems_of(previewed.content.decode()) == []
    rules = editing.all_rules(tenant)
    assert len(rules) > len(CORPUS) // 2
    store_tickets(
        tenant, [{"id": f"T-{n}", "subject": text, "message": text} for n, text in enumerate(CORPUS.values())]
    )
    for path in ("rules/", *(f"rules/{each.pk}/" for each in rules), *(f"tickets/T-{n}/" for n in range(len(CORPUS)))):
        answer = page.get(f"/t/acme/{path}")
        assert answer.status_code == 200
        assert problems_of(answer.content.decode()) == [], path
    assert TicketStore(tenant).count_live() == len(CORPUS)


def test_rules_can_be_edited_in_the_admin(client_of: ClientOf, superuser: User, tenant: Tenant) -> None:
    client = client_of(superuser)
    answer = client.post("/admin/tickets/classificationrule/add/", {**FORM, "tenant": str(tenant.pk)})
    assert answer.status_code == 302, answer.content.decode()
    (rule,) = editing.all_rules(tenant)
    assert (rule.phrases, rule.position) == ("gold plan", 1)
    assert client.get("/admin/tickets/classificationrule/").status_code == 200
    path = f"/admin/tickets/classificationrule/{rule.pk}/change/"
    assert client.get(path).status_code == 200
    assert client.post(path, {**FORM, "urgency": "low", "revision": "1"}).status_code == 302
    assert editing.all_rules(tenant)[0].urgency == "low"
    store_tickets(tenant, [{"id": "T-1"}])
    assert reclassify_waiting_tickets(threading.Event()) == 1
    client.post(f"/admin/tickets/classificationrule/{rule.pk}/delete/", {"post": "yes"})
    assert phrases(tenant) == []
    assert reclassify_waiting_tickets(threading.Event()) == 1
