"""What `gunicorn supportsaas.wsgi` runs with: here, in the demo and in the container."""

import os

from supportsaas import logs

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_WORKERS", "2"))
# A request that waits for an ingestion holds a thread, not a process.
worker_class = "gthread"
threads = 8
timeout = 90
graceful_timeout = 10
max_requests = 10_000
max_requests_jitter = 1_000
# gunicorn's own lines look like ours; one line a request is written by supportsaas.request_log.
logconfig_dict = logs.configuration(os.environ.get("LOG_FORMAT", "line").strip().lower() or "line")
