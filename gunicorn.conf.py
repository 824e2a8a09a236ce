"""What `gunicorn supportsaas.wsgi` runs with: here, in the demo and in the container."""

import gc
import os
import shutil
import tempfile
from typing import Any

from supportsaas.ops import logs

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_WORKERS", "2"))
# Its threads never wait for a client; one that waits for an ingestion, or makes a file, holds a thread, not a process.
worker_class = "supportsaas.web_server.worker.PatientWorker"
threads = 12
worker_connections = 500
keepalive = 15
sendfile = False  # answers go through the worker's own buffers
control_socket_disable = True
timeout = 90
limit_request_line = 8190  # as long as it can be: a list may be narrowed by many values
# Longer than a request may wait for a run, so that stopping the server loses none.
graceful_timeout = 75
max_requests = 10_000
max_requests_jitter = 1_000
# So that the worker knows one client's address from another's. The settings refuse whatever else it may be.
_proxies = os.environ.get("TRUSTED_PROXIES", "").strip()
_trusted_proxies = int(_proxies) if _proxies.isdecimal() else 0
# gunicorn's own lines look like ours; one line a request is written by supportsaas.web.request_log.
logconfig_dict = logs.configuration(os.environ.get("LOG_FORMAT", "line").strip().lower() or "line")

# The counts of /metrics lie in files that all processes share; a directory of our own goes with the server.
_own_directory = ""
if os.environ.get("METRICS_TOKEN") and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    _own_directory = os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="supportsaas-metrics-")


def pre_fork(server: Any, worker: Any) -> None:
    """Workers come and go, their slots stay: a new one counts on in the file of the one it replaces."""
    taken = {each.slot for each in server.WORKERS.values()}
    worker.slot = next(slot for slot in range(len(taken) + 1) if slot not in taken)


def post_fork(server: Any, worker: Any) -> None:
    os.environ["WEB_WORKER_SLOT"] = str(worker.slot)
    worker.trusted_proxies = _trusted_proxies


def post_worker_init(worker: Any) -> None:
    """What stays as long as the worker is not looked through for garbage: that halts all threads for a tenth of a second."""
    gc.collect()
    gc.freeze()


def on_exit(server: Any) -> None:
    if _own_directory:
        shutil.rmtree(_own_directory, ignore_errors=True)
