"""`/metrics`: access, the Prometheus format, and correct counts across gunicorn's processes."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from supportsaas import clock
from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import connect_source, finished_job
from tests.faults.conftest import ROOT
from tests.operations.conftest import Web
from tickets import jobs
from tickets.jobs import JobRequest

TOKEN = "a-token-of-the-monitoring"
BEARER = {"Authorization": f"Bearer {TOKEN}"}

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def parse(text: str) -> Samples:
    return {
        (sample.name.removeprefix("supportsaas_"), frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples[name, frozenset(labels.items())]


class TestWhoMayRead:
    def test_metrics_are_404_without_the_setting(self, db: None) -> None:
        assert Client(headers=BEARER).get("/metrics").status_code == 404

    @pytest.mark.parametrize("sent", ["", "Bearer ", "Bearer x", f"Bearer {TOKEN}x", TOKEN, "Bearer \xe9"])
    def test_a_wrong_metrics_token_is_rejected_without_details(self, db: None, settings: Any, sent: str) -> None:
        settings.METRICS_TOKEN = TOKEN
        response = Client(headers={"Authorization": sent}).get("/metrics")
        assert response.status_code == 401
        assert b"supportsaas_" not in response.content and TOKEN.encode() not in response.content

    def test_metrics_are_read_only(self, db: None, settings: Any) -> None:
        settings.METRICS_TOKEN = TOKEN
        assert Client(headers=BEARER).post("/metrics").status_code == 405


def test_metrics_have_the_numbers_that_mongodb_knows(tenant: Tenant, other_tenant: Tenant, settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    now = clock.now()
    mongo.collection("workers").insert_one({"_id": "w", "seen_at": now})
    finished_job(tenant, now=now - timedelta(hours=2))
    finished_job(other_tenant, status="failed", now=now - timedelta(minutes=2))
    connect_source(tenant, every_minutes=30)
    jobs.enqueue(tenant, JobRequest(trigger="web", started_by="x"), now=now - timedelta(seconds=90))
    response = Client(headers=BEARER).get("/metrics")
    assert response["Content-Type"].startswith("text/plain; version=")
    found = parse(response.content.decode())
    assert value(found, "workers") == 1
    assert value(found, "runs", status="queued") == 1 and value(found, "runs", status="running") == 0
    assert value(found, "runs_of_the_hour", status="failed") == 1
    assert 90 <= value(found, "oldest_queued_run_seconds") < 200
    assert 7200 <= value(found, "last_good_read_age_seconds", tenant="acme") < 7300
    assert value(found, "helpdesks", state="failing") == 1 and value(found, "helpdesks", state="out_of_date") == 1
    assert value(found, "healthy", part="mongodb") == 1 and value(found, "healthy", part="external_api") == 0
    assert value(found, "issues") == 2
    assert 0 < value(found, "mongodb_disk_used_ratio") <= 1


def test_metrics_report_an_unreachable_mongodb(settings: Any, mongodb_away: None) -> None:
    settings.METRICS_TOKEN = TOKEN
    found = parse(Client(headers=BEARER).get("/metrics").content.decode())
    assert value(found, "healthy", part="mongodb") == 0


def test_requests_are_counted_over_all_processes_also_those_that_were_replaced(
    database: object, start_web: Callable[..., Web], tmp_path: Path
) -> None:
    web = start_web(
        METRICS_TOKEN=TOKEN, GUNICORN_CMD_ARGS="--max-requests 8 --max-requests-jitter 2", TMPDIR=str(tmp_path)
    )
    for n in range(36):  # each of the two workers is replaced
        httpx.get(f"{web.url}/{'health' if n % 2 else f'no-such-page-{n}'}", timeout=30)
    found = parse(httpx.get(f"{web.url}/metrics", headers=BEARER, timeout=30).text)
    assert value(found, "http_requests_total", method="GET", route="/health", status="200") == 18
    assert value(found, "http_requests_total", method="GET", route="(none)", status="404") == 18, (
        "one series for them all"
    )
    assert value(found, "http_request_seconds_count", route="/health") == 18
    assert web.said().count("Booting worker") >= 4
    (directory,) = tmp_path.glob("supportsaas-metrics-*")
    assert len(list(directory.glob("counter_*.db"))) == 2, "a file a slot, not one a process"
    assert web.terminate() == 0
    assert not directory.exists()


def test_the_example_rules_ask_for_what_is_there(db: None, settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    client = Client(headers=BEARER)
    client.get("/health")
    names = {name for name, _ in parse(client.get("/metrics").content.decode())}
    blocks = [
        yaml.safe_load(each)
        for each in re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/operations.md").read_text(), re.S)
    ]
    (rules,) = [group["rules"] for block in blocks for group in block.get("groups", [])]
    asked = {name for rule in rules for name in re.findall(r"supportsaas_(\w+)", rule["expr"])}
    assert len(rules) >= 6
    assert asked - names == set()
