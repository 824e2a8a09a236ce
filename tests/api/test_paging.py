"""Cursors: a page never skips or repeats a ticket, whatever happens between the pages."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supportsaas.db import mongo
from tenants.models import Membership, Role, Tenant, User
from tests.api.caller import Api, token_of
from tests.builders import delete_stored, store_tickets

pytestmark = pytest.mark.usefixtures("db")

BEGIN = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
LATER = "2026-03-11T00:00:00Z"

happenings = st.lists(
    st.tuples(
        st.sampled_from(["insert", "delete", "update", "urgent", "restore"]),
        st.integers(0, 30),  # which ticket, or where in time a new one stands
    ),
    max_size=4,
)


def _stamp(place: int) -> str:
    # Several tickets share a moment: the id decides among them.
    return (BEGIN + timedelta(minutes=place // 3)).isoformat().replace("+00:00", "Z")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    present=st.integers(1, 25),
    page_size=st.integers(1, 6),
    between=st.lists(happenings, min_size=1, max_size=8),
    path=st.sampled_from(["/tickets", "/tickets/urgent"]),
)
def test_paging_shows_every_ticket_once_while_tickets_come_and_go(
    owner: User,
    tenant: Tenant,
    present: int,
    page_size: int,
    between: list[list[tuple[str, int]]],
    path: str,
) -> None:
    for name in ("tickets", "ticket_history", "outbox"):
        mongo.collection(name).delete_many({})
    api = Api(token_of(owner, limit=0))
    ids = [f"T-{n:02}" for n in range(present)]
    store_tickets(tenant, [{"id": id_, "created_at": _stamp(n), "message": "lawsuit"} for n, id_ in enumerate(ids)])
    touched: set[str] = set()
    seen: list[str] = []
    cursor, pages, fresh = None, iter(between), 0
    while True:
        params = {"tenant_id": "acme", "page_size": page_size, **({"cursor": cursor} if cursor else {})}
        body = api.get(path, **params)
        seen += [each["external_id"] for each in body["tickets"]]
        assert len(body["tickets"]) <= page_size
        cursor = body["next_cursor"]
        if cursor is None:
            break
        for what, number in next(pages, []):
            id_ = ids[number % present]
            created = {"created_at": _stamp(number % present)}
            if what == "insert":
                fresh += 1
                store_tickets(tenant, [{"id": f"N-{fresh}", "created_at": _stamp(number), "message": "lawsuit"}])
            elif what == "delete":
                touched.add(id_)
                delete_stored(tenant, [id_])
            elif what == "restore" and id_ in touched:
                store_tickets(tenant, [{"id": id_, "message": "lawsuit", **created}])
            elif what == "update":
                store_tickets(
                    tenant, [{"id": id_, "message": "lawsuit", "status": "closed", "updated_at": LATER, **created}]
                )
                touched |= (
                    {id_}
                    if mongo.collection("tickets").count_documents({"external_id": id_, "is_deleted": True})
                    else set()
                )
    assert len(seen) == len(set(seen)), "none twice"
    assert set(ids) - touched <= set(seen), "none skipped"


def test_a_cursor_is_only_valid_for_its_own_list(owner: User, tenant: Tenant, other_tenant: Tenant) -> None:
    Membership.objects.create(user=owner, tenant=other_tenant, role=Role.VIEWER)
    for each in (tenant, other_tenant):
        store_tickets(each, [{"id": f"T-{n}", "message": "lawsuit"} for n in range(5)])
    api = Api(token_of(owner))
    cursor = api.get("/tickets", tenant_id="acme", page_size=2, status="open")["next_cursor"]
    assert len(api.get("/tickets", tenant_id="acme", page_size=3, status="open", cursor=cursor)["tickets"]) == 3
    for path, params in (
        ("/tickets", {"tenant_id": "globex", "status": "open"}),
        ("/tickets", {"tenant_id": "acme"}),
        ("/tickets", {"tenant_id": "acme", "status": "closed"}),
        ("/tickets/urgent", {"tenant_id": "acme"}),
    ):
        status, body = api.call("GET", path, page_size=2, cursor=cursor, **params)
        assert (status, body["errors"][0]["field"]) == (422, "cursor"), path
        assert "Start again" in body["detail"]


def test_urgent_is_the_same_list_as_the_filter(owner: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"id": f"T-{n}", "message": "lawsuit"} for n in range(5)])
    api = Api(token_of(owner))
    cursor = api.get("/tickets/urgent", tenant_id="acme", page_size=2)["next_cursor"]
    rest = api.get("/tickets", tenant_id="acme", urgency="high", cursor=cursor)
    assert [each["external_id"] for each in rest["tickets"]] == ["T-2", "T-1", "T-0"]
    assert (rest["total"], rest["next_cursor"]) == (5, None)
