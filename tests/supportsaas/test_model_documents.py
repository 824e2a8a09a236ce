"""Objects read without the ORM equal those that the ORM reads."""

import pytest
from django.db.models import Model

from supportsaas.db.model_documents import find_one, object_id
from tenants.models import Tenant, User
from tickets.store.saved_views import SavedView


@pytest.fixture
def view(tenant: Tenant) -> SavedView:
    return SavedView.objects.create(tenant=tenant, name="Urgent", query="urgency=high")


@pytest.fixture(params=[User, Tenant, SavedView], ids=lambda model: model.__name__)
def stored(request: pytest.FixtureRequest, owner: User, view: SavedView) -> Model:
    found: Model = request.param.objects.get()
    return found


def test_an_object_has_every_value_that_the_orm_gives_it(stored: Model) -> None:
    found = find_one(type(stored), {"_id": stored.pk})
    assert found is not None
    for field in stored._meta.concrete_fields:
        value, expected = getattr(found, field.attname), getattr(stored, field.attname)
        assert value == expected and isinstance(value, type(expected)), field.name
    assert found._state.adding is False and found._state.db == stored._state.db


def test_a_model_read_from_a_document_can_be_saved(stored: Model) -> None:
    found = find_one(type(stored), {"_id": stored.pk})
    assert found is not None
    found.save()
    assert type(stored)._default_manager.count() == 1


def test_a_value_that_is_not_a_key_finds_no_object(owner: User) -> None:
    assert object_id("nobody") is None and object_id(None) is None and object_id({"$gt": ""}) is None
    assert object_id(str(owner.pk)) == owner.pk
    assert find_one(User, {"_id": object_id("6" * 24)}) is None
