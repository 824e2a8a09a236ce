"""`python -m tests.api.pressing_process TOKEN`: child processes for the test of idempotency keys."""

import json
import os
import signal
import sys
from itertools import count


def main(token: str) -> None:
    """In each round, start a run with the key of the round at the same time as the others."""
    signal.alarm(120)
    os.environ["DJANGO_SETTINGS_MODULE"] = "supportsaas.settings"
    import django

    django.setup()
    from tests.api.caller import Api

    api = Api(token)
    api.get("/tickets", tenant_id="acme")  # warm, so that the turns really meet
    print("ready", flush=True)
    for number in count():
        if not sys.stdin.readline():
            return
        key = {"Idempotency-Key": f"round-{number}"}
        response = api.ask("POST", "/ingest/run", headers=key, tenant_id="acme", wait=0)
        print(json.dumps([response.status_code, response.json()["job_id"]]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
