"""`Idempotency-Key` on `POST /ingest/run`: repeated requests start one run."""

import json
from typing import Any

import pytest

from supportsaas.db import mongo
from supportsaas.reliability.idempotency import COLLECTION, KeyReused, Once
from tenants.models import Membership, Role, Tenant, User
from tests import processes
from tests.api.caller import Api, token_of
from tests.conftest import FakeClock
from tickets import jobs
from tickets.jobs import JobRequest, Progress

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def api(owner: User) -> Api:
    return Api(token_of(owner))


def run(api: Api, key: str, tenant: str = "acme") -> tuple[int, Any, bool]:
    response = api.ask("POST", "/ingest/run", headers={"Idempotency-Key": key}, tenant_id=tenant, wait=0)
    return response.status_code, response.json(), response.get("Idempotent-Replayed") == "true"


def end(job_id: str) -> None:
    jobs.claim_next("w")
    progress = Progress()
    progress.counts.new_ingested = 7
    assert jobs.finish(job_id, owner_id="w", status="completed", progress=progress)


def count_jobs() -> int:
    return mongo.collection("ingestion_logs").count_documents({})


def test_the_same_idempotency_key_gets_the_same_run_during_and_after_it(api: Api, tenant: Tenant) -> None:
    status, first, is_replayed = run(api, "k1")
    assert (status, is_replayed) == (202, False)
    assert run(api, "k1") == (202, first, True)
    end(first["job_id"])
    status, again, is_replayed = run(api, "k1")
    assert (status, again["job_id"], again["status"], again["new_ingested"], is_replayed) == (
        200, first["job_id"], "completed", 7, True,
    )  # fmt: skip
    assert count_jobs() == 1


def test_another_key_or_no_key_starts_another_run(api: Api, tenant: Tenant) -> None:
    first = run(api, "k1")[1]["job_id"]
    assert run(api, "k2")[:2] == (409, {"detail": f"An ingestion is already running (job {first}).", "job_id": first})
    end(first)
    assert api.call("POST", "/ingest/run", tenant_id="acme", wait=0)[0] == 202
    assert count_jobs() == 2


def test_a_409_is_replayed_for_the_same_key(api: Api, tenant: Tenant) -> None:
    first = run(api, "k1")[1]["job_id"]
    refused = run(api, "k2")
    end(first)
    assert run(api, "k2") == (409, refused[1], True)
    assert count_jobs() == 1


def test_an_idempotency_key_used_for_another_tenant_is_422(
    api: Api, owner: User, tenant: Tenant, other_tenant: Tenant
) -> None:
    Membership.objects.create(user=owner, tenant=other_tenant, role=Role.MANAGER)
    run(api, "k1")
    status, body, _ = run(api, "k1", tenant="globex")
    assert (status, body["errors"][0]["field"]) == (422, "Idempotency-Key")
    assert count_jobs() == 1


def test_an_idempotency_key_belongs_to_its_caller(api: Api, owner: User, tenant: Tenant) -> None:
    first = run(api, "k1")[1]["job_id"]
    end(first)
    status, body, is_replayed = run(Api(token_of(owner)), "k1")
    assert (status, is_replayed) == (202, False) and body["job_id"] != first


def test_a_caller_who_lost_the_role_gets_no_replayed_response(
    api: Api, owner: User, tenant: Tenant, team_mate: User
) -> None:
    run(api, "k1")
    Membership.objects.filter(user=owner).update(role=Role.VIEWER)
    assert run(api, "k1")[0] == 403
    Membership.objects.filter(user=owner).delete()
    assert run(api, "k1")[0] == 404


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "a b", "a\tb", "ü"])
def test_an_invalid_idempotency_key_is_422(api: Api, tenant: Tenant, key: str) -> None:
    status, body, _ = run(api, key)
    assert (status, body["errors"][0]["field"]) == (422, "Idempotency-Key")
    assert count_jobs() == 0


def test_an_idempotency_key_is_forgotten_after_a_day(clock: FakeClock) -> None:
    def once(request: str = "r") -> Once:
        return Once(caller="a", key="k", request=request, clock=clock)

    assert once().run(lambda _: {"n": 1}).values == {"n": 1}
    clock.advance(hours=23, minutes=59)
    assert once().run(lambda _: {"n": 2}).values == {"n": 1}
    with pytest.raises(KeyReused):
        once("another").run(lambda _: {"n": 2})
    clock.advance(minutes=1)
    assert once("another").run(lambda _: {"n": 3}).values == {"n": 3}
    assert mongo.collection(COLLECTION).count_documents({}) == 1


def test_failed_or_killed_work_leaves_no_idempotency_key(tenant: Tenant) -> None:
    def die(session: Any) -> dict[str, Any]:
        jobs.enqueue(tenant, JobRequest(trigger="api", started_by="x"), session=session)
        raise KeyboardInterrupt  # as a process that is killed: the transaction never ends well

    once = Once(caller="a", key="k", request="r")
    with pytest.raises(KeyboardInterrupt):
        once.run(die)
    assert count_jobs() == 0
    assert once.find() is None
    assert once.run(lambda _: {"n": 1}).values == {"n": 1}


def test_two_processes_with_one_idempotency_key_start_one_run(
    transactional_db: None, owner: User, tenant: Tenant
) -> None:
    program = ("-m", "tests.api.pressing_process", token_of(owner, limit=0))
    rounds = 8
    ended = {"$set": {"active": False, "status": "cancelled"}}
    job_ids = set()
    with processes.together(3, *program, env=processes.environment(ALLOWED_HOSTS="testserver")) as press:
        for _ in range(rounds):
            answered = {tuple(json.loads(line)) for line in press()}
            assert len(answered) == 1, "all got the same status and the same job"
            job_ids |= {job_id for _, job_id in answered}
            mongo.collection(jobs.COLLECTION).update_many({"active": True}, ended)
    assert len(job_ids) == rounds
    assert count_jobs() == rounds
