"""`GET /metrics` for Prometheus, protected by its own token.

Every process of the web server counts its requests, and the answer adds up all processes, including those that have
ended (`PROMETHEUS_MULTIPROC_DIR`, set by gunicorn.conf.py). Everything else comes from MongoDB, so every machine
reports the same.
"""

import hmac
import os
from collections.abc import Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from supportsaas.ops import health_checks
from supportsaas.ops.health_checks import HealthReport
from supportsaas.ops.latest_report import latest_report

PREFIX = "supportsaas_"
SECONDS = (0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)

if "WEB_WORKER_SLOT" in os.environ and "PROMETHEUS_MULTIPROC_DIR" in os.environ:
    # One file per worker slot instead of per process, so replaced workers leave no files behind.
    values.ValueClass = values.MultiProcessValue(  # type: ignore[no-untyped-call]  # this part has no types
        lambda: os.environ["WEB_WORKER_SLOT"]
    )

_registry = CollectorRegistry()
_requests = Counter(f"{PREFIX}http_requests", "Requests answered.", ("method", "route", "status"), registry=_registry)
_seconds = Histogram(
    f"{PREFIX}http_request_seconds", "Duration of requests.", ("route",), buckets=SECONDS, registry=_registry
)
_log_ins = Counter(f"{PREFIX}log_ins", "Sign-in events by outcome.", ("event",), registry=_registry)
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


def observe_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request if metrics are on. Unknown methods share one label, so callers cannot create new series."""
    if settings.METRICS_TOKEN:
        _requests.labels(method if method in _METHODS else "other", route, str(status)).inc()
        _seconds.labels(route).observe(seconds)


def observe_sign_in(event: str) -> None:
    """Count a sign-in, a rejected one, or another account event; `event` is one of a few words."""
    if settings.METRICS_TOKEN:
        _log_ins.labels(event).inc()


@require_GET
def show_metrics(request: HttpRequest) -> HttpResponse:
    """404 if METRICS_TOKEN is not set, 401 if the request does not carry it."""
    if not settings.METRICS_TOKEN:
        raise Http404
    sent = request.headers.get("Authorization", "")
    if not hmac.compare_digest(sent.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse("Send the token: Authorization: Bearer …\n", status=401, content_type="text/plain")
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # this part has no types
    else:
        registry.register(_registry)
    registry.register(_HealthMetrics(latest_report()))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _HealthMetrics:
    def __init__(self, found: HealthReport) -> None:
        self._found = found

    def collect(self) -> Iterator[GaugeMetricFamily]:
        up = {each.name: float(result.state == health_checks.HEALTHY) for each, result in self._found.results.items()}
        yield _family(health_checks.Gauge.by("part", "healthy", "1 if the part is healthy, otherwise 0.", up))
        serious = sum(each.is_serious for each in self._found.problems)
        yield _family(health_checks.Gauge.one("issues", "Serious issues that /health reports.", serious))
        for gauge in self._found.gauges:
            yield _family(gauge)


def _family(gauge: health_checks.Gauge) -> GaugeMetricFamily:
    labels = next(([name for name, _ in pairs] for pairs in gauge.values), [])
    family = GaugeMetricFamily(PREFIX + gauge.name, gauge.description, labels=labels)
    for pairs, value in gauge.values.items():
        family.add_metric([label for _, label in pairs], value)
    return family
