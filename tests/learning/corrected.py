"""Tickets and corrections to learn from: what this shop's customers mean by words that no vocabulary has."""

import threading
from datetime import timedelta
from typing import Any

from supportsaas import clock
from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import store_tickets
from tickets.classification.corrections import Verdicts
from tickets.corrections.correcting import correct_tickets
from tickets.learning.store import VERSIONS
from tickets.rules.retraining import train_due_tenants

BAD = "My parcel was rerouted again to the depot in {place}."
CALM = "The colour of the shelf is {place} in the catalogue."
PLACES = (
    "north",
    "south",
    "harbour",
    "station",
    "market",
    "valley",
    "bridge",
    "castle",
    "meadow",
    "river",
    "hill",
    "park",
)


def bad(number: int) -> dict[str, Any]:
    place = PLACES[number % len(PLACES)]
    return {
        "id": f"B-{number:02}",
        "subject": "Parcel",
        "message": BAD.format(place=place),
        "customer_id": f"cust_{number}",
    }


def calm(number: int) -> dict[str, Any]:
    place = PLACES[number % len(PLACES)]
    return {
        "id": f"C-{number:02}",
        "subject": "Shelf",
        "message": CALM.format(place=place),
        "customer_id": f"visitor_{number}",
    }


def store_shop(tenant: Tenant, *, count: int = 12) -> None:
    """As many tickets of both sorts, all neutral by the vocabulary."""
    store_tickets(tenant, [each(number) for number in range(count) for each in (bad, calm)])


def correct_shop(tenant: Tenant, *, count: int = 12) -> None:
    """Parcels that were rerouted are bad news, questions about shelves are not."""
    ids = [f"B-{number:02}" for number in range(count)]
    correct_tickets(tenant, ids, Verdicts(sentiment="negative"), by="ann")
    correct_tickets(tenant, [each.replace("B", "C") for each in ids], Verdicts(sentiment="neutral"), by="ann")


def train(tenant: Tenant) -> int:
    """One round of the periodic task, as if the pause after the last training were over."""
    long_ago = clock.now() - timedelta(hours=1)
    mongo.collection(VERSIONS).update_many({"tenant_id": tenant.slug}, {"$set": {"made_at": long_ago}})
    return train_due_tenants(threading.Event())


def teach(tenant: Tenant) -> None:
    """A shop that has learned that rerouted parcels are bad news: version 1."""
    store_shop(tenant)
    correct_shop(tenant)
    assert train(tenant) == 1
