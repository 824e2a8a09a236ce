"""The settings of `gunicorn supportsaas.wsgi`, also for the demo and the container."""

import gc
import os
import shutil
import tempfile
from typing import Any

from supportsaas.ops import logs

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_WORKERS", "2"))
# Threads never wait for clients. A request that waits for a run, or exports a file, occupies one thread, not a process.
worker_class = "supportsaas.web_server.worker.PatientWorker"
threads = 12
worker_connections = 500
keepalive = 15
sendfile = False  # responses go through the worker's own buffers
control_socket_disable = True
timeout = 90
limit_request_line = 8190  # the maximum: filters may have many values
# Longer than a request may wait for a run, so that a restart drops none.
graceful_timeout = 75
max_requests = 10_000
max_requests_jitter = 1_000
# Lets the worker distinguish client addresses. Invalid values are rejected by the settings.
_proxies = os.environ.get("TRUSTED_PROXIES", "").strip()
_trusted_proxies = int(_proxies) if _proxies.isdecimal() else 0
# gunicorn logs in the same format. supportsaas.web.request_log writes one line per request.
logconfig_dict = logs.configuration(os.environ.get("LOG_FORMAT", "line").strip().lower() or "line")

# All processes share the files with the counts of /metrics. A directory created here is removed with the server.
_own_directory = ""
if os.environ.get("METRICS_TOKEN") and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    _own_directory = os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="supportsaas-metrics-")


def pre_fork(server: Any, worker: Any) -> None:
    """A new worker takes the slot of the one it replaces, and continues its metrics file."""
    taken = {each.slot for each in server.WORKERS.values()}
    worker.slot = next(slot for slot in range(len(taken) + 1) if slot not in taken)


def post_fork(server: Any, worker: Any) -> None:
    os.environ["WEB_WORKER_SLOT"] = str(worker.slot)
    worker.trusted_proxies = _trusted_proxies


def post_worker_init(worker: Any) -> None:
    """Exempt what lives as long as the worker from garbage collection, which pauses all threads for 0.1 s.

    A page makes thousands of objects that are freed without it. Python looks for cycles among every 700 of them, which is
    a tenth of a page's time; among 10,000 it is little.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def on_exit(server: Any) -> None:
    if _own_directory:
        shutil.rmtree(_own_directory, ignore_errors=True)
