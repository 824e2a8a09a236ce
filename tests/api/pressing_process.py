"""What the test of the idempotency key runs in processes of their own: nothing here imports Django at once."""

from typing import Any


def press(database: str, token: str, rounds: int, barrier: Any, answers: Any) -> None:
    """In every round start a run under the round's key at the same moment as the others; then end it."""
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    settings.ALLOWED_HOSTS = ["testserver"]
    django.setup()
    from supportsaas import mongo
    from tests.api.caller import Api

    api = Api(token)
    found = []
    api.get("/tickets", tenant_id="acme")  # warm, so that the rounds really meet
    for number in range(rounds):
        barrier.wait(60)
        response = api.ask(
            "POST", "/ingest/run", headers={"Idempotency-Key": f"round-{number}"}, tenant_id="acme", wait=0
        )
        found.append((response.status_code, response.json()["job_id"]))
        if barrier.wait(60) == 0:
            mongo.collection("ingestion_logs").update_many(
                {"active": True}, {"$set": {"active": False, "status": "cancelled"}}
            )
    answers.put(found)
