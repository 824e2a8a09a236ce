"""Schemathesis at length: the JSON API called in every way its OpenAPI description allows and forbids.

    python -m benchmarks.api_description [--examples 100] [--seed 1] [--minutes 20]

Starts a MongoDB, a demo helpdesk, a worker and gunicorn with two processes of its own on loopback, so that runs of
ingestion really go on meanwhile, and ends them. All of schemathesis' checks and phases are on; it prints what it
did, and its findings where there are any (exit status 1).
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import environment
from supportsaas.ops import child_process

ROOT = Path(__file__).resolve().parent.parent
TENANT = "acme"  # the tenant of the description's examples


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=100, help="cases of each operation in each phase, at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=int, default=20, help="gives up after so long")
    wish = parser.parse_args()
    port = child_process.free_port()
    with environment.prepared(
        RATE_LIMIT_REQUESTS="0",
        API_REQUESTS_PER_MINUTE="0",
        WEB_WORKERS="2",
        ALLOWED_HOSTS="localhost,127.0.0.1,testserver",
        PORT=str(port),
    ) as directory:
        helpdesk_port = child_process.free_port()
        commands = (
            ["manage.py", "demo_helpdesk", "--port", str(helpdesk_port), "--no-limit", "--tickets", "300"],
            ["manage.py", "worker"],
            ["-m", "gunicorn", "--config", "gunicorn.conf.py", "supportsaas.wsgi"],
        )
        _set_up(f"http://127.0.0.1:{helpdesk_port}")
        running = [
            child_process.start([sys.executable, *each], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for each in commands
        ]
        try:
            for each in (helpdesk_port, port):
                while not child_process.port_is_taken(each):
                    time.sleep(0.1)
            return _call_everything(f"http://127.0.0.1:{port}", wish, directory)
        finally:
            for process in reversed(running):
                child_process.stop(process)


def _set_up(helpdesk: str) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from supportsaas.db import indexes
    from tenants.models import Membership, Role, Tenant, User
    from tickets.helpdesks.model import Source

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    indexes.ensure_indexes()
    tenant = Tenant.objects.create(slug=TENANT, name="Acme")
    Source.objects.create(tenant=tenant, kind="house", url=helpdesk)
    Membership.objects.create(user=User.objects.create_user("program"), tenant=tenant, role=Role.ADMIN)


def _call_everything(url: str, wish: argparse.Namespace, directory: Path) -> int:
    from supportsaas.db import mongo
    from tenants.models import Tenant, User
    from tests.api.describing import prepare, run_schemathesis

    known = prepare(User.objects.get(), Tenant.objects.get())
    began = time.perf_counter()
    found = run_schemathesis(
        url,
        known,
        seed=wish.seed,
        directory=directory,
        options=[f"--max-examples={wish.examples}", "--workers=2", "--continue-on-failure", "--request-timeout=70"],
        seconds=wish.minutes * 60,
    )
    seconds = time.perf_counter() - began
    print(found.words)
    runs = mongo.collection("ingestion_logs").count_documents({})
    print(
        f"{found.operations} operations, {found.cases:,} cases in {seconds:,.0f} s, {runs} runs of ingestion meanwhile: "
        f"{'nothing found' if found.is_clean else 'SOMETHING FOUND, see above'}"
    )
    return 0 if found.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
