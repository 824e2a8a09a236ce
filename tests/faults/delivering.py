"""`python -m tests.faults.delivering`: the deliveries task of a worker, with much shorter times."""

import os
import random
import signal
import threading
from dataclasses import replace

FASTER = 50


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportsaas.settings")
    import django

    django.setup()
    from supportsaas.reliability import circuit_breaker
    from tickets.alerts import deliveries, timing
    from tickets.alerts.dispatcher import Dispatcher
    from tickets.alerts.kinds import http

    circuit_breaker.OPEN_SECONDS = 0.6
    circuit_breaker.PROBE_SECONDS = 2
    deliveries.LEASE_SECONDS = 2
    timing.GAPS = replace(timing.GAPS, base=60 / FASTER)
    http.WHOLE_SECONDS = 0.5
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    Dispatcher(owner=str(os.getpid()), jitter=lambda low, high: random.uniform(low, high) / FASTER).run(stop)


if __name__ == "__main__":
    main()
