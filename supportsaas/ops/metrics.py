"""`GET /metrics` for Prometheus, behind a token of its own.

Requests are counted in every process of the web server and added up over all of them, those that have ended
included (`PROMETHEUS_MULTIPROC_DIR`, which gunicorn.conf.py sets). Everything else is what MongoDB knows, so
it is the same whichever machine is asked.
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

from supportsaas.ops import health, health_checks
from supportsaas.ops.health_checks import Examination

PREFIX = "supportsaas_"
SECONDS = (0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)

if "WEB_WORKER_SLOT" in os.environ and "PROMETHEUS_MULTIPROC_DIR" in os.environ:
    # A file a slot instead of one a process: as many as there are workers, however often they are replaced.
    values.ValueClass = values.MultiProcessValue(lambda: os.environ["WEB_WORKER_SLOT"])

_registry = CollectorRegistry()
_requests = Counter(f"{PREFIX}http_requests", "Requests answered.", ("method", "route", "status"), registry=_registry)
_seconds = Histogram(
    f"{PREFIX}http_request_seconds", "How long they took.", ("route",), buckets=SECONDS, registry=_registry
)
_log_ins = Counter(f"{PREFIX}log_ins", "Log-ins and what became of them.", ("event",), registry=_registry)
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


def observe_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request; nothing where nobody may ask for it. What callers invent makes no new series."""
    if settings.METRICS_TOKEN:
        _requests.labels(method if method in _METHODS else "other", route, str(status)).inc()
        _seconds.labels(route).observe(seconds)


def observe_log_in(event: str) -> None:
    """Count a log-in, a refused one, or another event of an account; `event` is one of a few words."""
    if settings.METRICS_TOKEN:
        _log_ins.labels(event).inc()


@require_GET
def show_metrics(request: HttpRequest) -> HttpResponse:
    """404 without the setting METRICS_TOKEN, 401 without that token."""
    if not settings.METRICS_TOKEN:
        raise Http404
    sent = request.headers.get("Authorization", "")
    if not hmac.compare_digest(sent.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse("Send the token: Authorization: Bearer …\n", status=401, content_type="text/plain")
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)
    else:
        registry.register(_registry)
    registry.register(_VitalSigns(health.latest_examination()))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _VitalSigns:
    def __init__(self, found: Examination) -> None:
        self._found = found

    def collect(self) -> Iterator[GaugeMetricFamily]:
        up = {
            each.name: float(reading.state == health_checks.HEALTHY) for each, reading in self._found.readings.items()
        }
        yield _family(health_checks.Gauge.by("part", "healthy", "1 where the part works as it should.", up))
        grave = sum(each.is_grave for each in self._found.findings)
        yield _family(health_checks.Gauge.one("issues", "Grave issues that /health tells of.", grave))
        for gauge in self._found.gauges:
            yield _family(gauge)


def _family(gauge: health_checks.Gauge) -> GaugeMetricFamily:
    labels = next(([name for name, _ in pairs] for pairs in gauge.values), [])
    family = GaugeMetricFamily(PREFIX + gauge.name, gauge.description, labels=labels)
    for pairs, value in gauge.values.items():
        family.add_metric([label for _, label in pairs], value)
    return family
