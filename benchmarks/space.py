"""How much space each index of the tickets takes, per ticket, after an ingestion and once the workers stored the words.

    python -m benchmarks.space [--tickets 60000]

Ingests from a demo helpdesk of its own with `manage.py ingest`, as `benchmarks.ingest` does.
"""

import argparse
import subprocess
import sys
import time

from benchmarks import environment
from benchmarks.ingest import ROOT, TENANT
from supportsaas.ops import child_process

GOAL_BYTES = 1_500


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tickets", type=int, default=60_000)
    wish = parser.parse_args()
    with environment.prepared(RATE_LIMIT_REQUESTS="0"):
        port = child_process.free_port()
        helpdesk = child_process.start(
            [sys.executable, "manage.py", "demo_helpdesk", "--port", str(port), "--no-limit",
             "--tickets", str(wish.tickets), "--max-page-size", "1000"],
            cwd=ROOT, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            while not child_process.port_is_taken(port):
                time.sleep(0.1)
            _ingest(f"http://127.0.0.1:{port}")
        finally:
            child_process.stop(helpdesk)
        _print_sizes()


def _ingest(address: str) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from supportsaas.db import indexes
    from tenants.models import Tenant
    from tickets.helpdesks.model import Source
    from tickets.store.word_index import WordIndex

    call_command("migrate", verbosity=0)
    indexes.ensure_indexes()
    tenant = Tenant.objects.create(slug=TENANT, name="A")
    Source.objects.create(tenant=tenant, kind="house", url=address, page_size=1000)
    subprocess.run(
        [sys.executable, "manage.py", "ingest", "--tenant", TENANT], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )
    while WordIndex(tenant).store_words():
        pass


def _print_sizes() -> None:
    from supportsaas.db import mongo

    mongo.database().client.admin.command("fsync")  # sizes are those of the last checkpoint
    sizes = mongo.database().command("collStats", "tickets")
    count, by_index = sizes["count"], sizes["indexSizes"]
    print(f"{count:,} tickets; bytes a ticket, indexes together at most {GOAL_BYTES:,}\n")
    for name, size in sorted(by_index.items(), key=lambda item: -item[1]):
        print(f"{size / count:>8,.0f}  {name}")
    print(f"{sizes['totalIndexSize'] / count:>8,.0f}  all indexes")
    print(f"{sizes['storageSize'] / count:>8,.0f}  the tickets themselves, {sizes['avgObjSize']:,.0f} uncompressed")


if __name__ == "__main__":
    main()
