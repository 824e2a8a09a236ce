"""The page Learning: what members see, and what managers can change without a script."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tenants.models import Tenant, User
from tests.builders import store_tickets
from tests.learning.corrected import correct_shop, store_shop, teach, train
from tickets.classification.corrections import Verdicts
from tickets.corrections.correcting import correct_tickets
from tickets.learning.store import LearningStore
from tickets.rules.reclassification import RECLASSIFICATION

ClientOf = Callable[[User], Client]
PAGE = "/t/acme/learning/"
NEW = {"id": "N-1", "subject": "Hello", "message": "Why was my parcel rerouted again to the depot?"}


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def client(manager: User, client_of: ClientOf) -> Client:
    return client_of(manager)


def change(client: Client, **values: str) -> str:
    return text_of(client.post(f"{PAGE}change/", values, follow=True))


def test_without_corrections_the_page_says_what_to_do_next(tenant: Tenant, client: Client) -> None:
    page = text_of(client.get(PAGE))
    assert "Nothing to learn from yet" in page
    assert '<strong>Sentiment</strong>: 0 corrections, <span class="muted">10 more needed' in page
    assert "/t/acme/tickets/?urgency=high" in page


def test_with_a_few_corrections_it_says_how_many_are_needed(tenant: Tenant, client: Client) -> None:
    store_shop(tenant)
    correct_shop(tenant, count=3)
    train(tenant)
    page = text_of(client.get(PAGE))
    assert "Not enough corrections yet" in page
    assert '<strong>Sentiment</strong>: 6 corrections, <span class="muted">4 more needed' in page


def test_it_shows_learned_words_and_the_tickets_that_taught_them(tenant: Tenant, client: Client) -> None:
    teach(tenant)
    page = text_of(client.get(PAGE))
    assert "learned from 24 corrections" in page
    assert "<bdi>rerouted</bdi>" in page
    assert 'in 12 corrected tickets: <a href="/t/acme/tickets/B-00/">' in page
    assert "the built-in vocabulary agrees with 12" in page
    assert "Sentiment 12 → 24 of 24" in page


def test_a_word_can_be_vetoed_and_allowed_again(tenant: Tenant, client: Client) -> None:
    teach(tenant)
    page = change(client, action="veto", word="rerouted")
    assert "“rerouted” will not be learned." in page
    assert "Vetoed words" in page
    assert "<strong>+" in page
    assert (
        '<input type="hidden" name="action" value="veto"><input type="hidden" name="word" value="rerouted">' not in page
    )
    page = change(client, action="allow", word="rerouted")
    assert "“rerouted” can be learned again." in page
    assert "Vetoed words" not in page


def test_stored_tickets_are_previewed_and_then_changed(tenant: Tenant, client: Client) -> None:
    store_tickets(tenant, [NEW])
    teach(tenant)
    assert "Preview changes" in text_of(client.get(PAGE))
    page = text_of(client.get(f"{PAGE}?preview=1"))
    assert "<strong>1</strong> of the newest 25 tickets would change." in page
    assert "sentiment neutral → negative" in page
    assert RECLASSIFICATION.find_progress(tenant) is None
    page = change(client, action="apply", version="1")
    assert "Applying what was learned to stored tickets." in page
    assert RECLASSIFICATION.find_progress(tenant) is not None
    assert "Preview changes" not in page


def test_the_preview_never_guesses_a_verdict_that_is_unknown(tenant: Tenant, client: Client) -> None:
    sent, asked = "الطرد مكسور مرة أخرى رقم {n}", "ما هو لون الرف رقم {n}"
    texts = [
        {"id": f"A-{n}", "customer_id": f"c_{n}", "subject": "", "message": (sent if n % 2 else asked).format(n=n)}
        for n in range(26)
    ]
    store_tickets(tenant, texts)
    for start, sentiment in ((1, "negative"), (0, "neutral")):
        ids = [f"A-{n}" for n in range(start, 24, 2)]
        correct_tickets(tenant, ids, Verdicts(sentiment=sentiment), by="ann")  # type: ignore[arg-type]
    train(tenant)
    page = text_of(client.get(f"{PAGE}?preview=1"))
    assert "sentiment unknown → negative" in page
    assert '<td class="nowrap">unknown</td>' in page
    assert "maybe" not in page


def test_it_can_be_switched_off_and_on_and_reset(tenant: Tenant, client: Client) -> None:
    teach(tenant)
    assert "Learning is off" in change(client, action="switch", on="0")
    assert "Learning is off" not in change(client, action="switch", on="1")
    assert "Reset learning. New corrections teach from now on." in change(client, action="reset")
    assert change(client, action="options", uses_rating="on").count(" checked") == 1
    assert LearningStore(tenant).find_state().settings.uses_rating


@pytest.mark.parametrize(
    "values", [{"action": "veto", "word": "!"}, {"action": "apply", "version": "x"}, {"action": "x"}]
)
def test_what_makes_no_sense_is_refused_with_a_reason(tenant: Tenant, client: Client, values: dict[str, str]) -> None:
    page = change(client, **values)
    assert any(each in page for each in ("one word or two adjacent words", "There is a newer version", "Choose what"))
    assert LearningStore(tenant).find_state().current == 0


def test_a_viewer_reads_and_has_no_buttons(tenant: Tenant, team_mate: User, client_of: ClientOf) -> None:
    teach(tenant)
    page = text_of(client_of(team_mate).get(PAGE))
    assert "<bdi>rerouted</bdi>" in page
    assert 'value="veto"' not in page
    assert 'value="reset"' not in page


def test_the_page_of_a_ticket_names_learned_words(tenant: Tenant, client: Client) -> None:
    teach(tenant)
    store_tickets(tenant, [NEW])
    page = text_of(client.get("/t/acme/tickets/N-1/"))
    assert 'learned from <a href="/t/acme/learning/">corrections</a> (version 1):' in page
    assert "“rerouted” +" in page
