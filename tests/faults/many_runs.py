"""`python -m tests.faults.many_runs SLUG RUNS`: ingest a tenant so often in one process.

Prints a line of JSON after every tenth run: what the process has by then.
"""

import gc
import json
import os
import sys
import threading
from pathlib import Path


def main(slug: str, runs: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportsaas.settings")
    import django

    django.setup()
    from tenants.models import Tenant
    from tickets import jobs
    from tickets.ingestion.run import ingest_tenant
    from tickets.jobs import JobRequest

    tenant = Tenant.objects.get(slug=slug)
    wish = JobRequest(trigger="command", started_by="many_runs")
    for number in range(1, runs + 1):
        job_id = jobs.begin_at_once(tenant, wish, owner_id="many_runs")
        outcome = ingest_tenant(tenant, wish, job_id=job_id, owner_id="many_runs")
        assert outcome.status in jobs.GOOD_ENDS, outcome
        if number % 10 == 0:
            gc.collect()
            has = {
                "run": number,
                "bytes": int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE"),
                "threads": threading.active_count(),
                "files": len(list(Path("/proc/self/fd").iterdir())),
            }
            print(json.dumps(has), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
