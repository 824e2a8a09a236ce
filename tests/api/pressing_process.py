"""`python -m tests.api.pressing_process TOKEN`: what the test of the idempotency key runs in processes of their own."""

import json
import os
import signal
import sys
from itertools import count


def main(token: str) -> None:
    """In every turn start a run under the turn's key at the same moment as the others."""
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
