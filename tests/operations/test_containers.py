"""The health checks of docker-compose.yml, as commands against real processes."""

import gc
from collections.abc import Callable
from pathlib import Path

import httpx
import yaml

from tests import processes
from tests.faults.conftest import ROOT, OwnDatabase
from tests.operations.conftest import RunningProcess, Web


def check(service: str, database: OwnDatabase, **environment: str) -> int:
    """The exit status of a service's health check."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    kind, program, *arguments = compose["services"][service]["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "python")
    return processes.run(*arguments, env=database.environment(**environment)).returncode


def test_stop_timeouts_of_the_web_server_leave_time_for_requests(
    database: OwnDatabase, start_web: Callable[..., Web]
) -> None:
    hosts = ".example.com,other.example"
    web = start_web(ALLOWED_HOSTS=hosts, USE_HTTPS="1")
    port = web.url.rpartition(":")[2]
    first = httpx.get(f"{web.url}/health", headers={"Host": "other.example"}, timeout=60)
    assert first.status_code == 200, "its processes have started"
    assert check("web", database, ALLOWED_HOSTS=hosts, PORT=port) == 0
    assert web.terminate() == 0
    assert check("web", database, ALLOWED_HOSTS=hosts, PORT=port) == 1


def test_stop_timeouts_of_the_worker_leave_time_for_a_page(
    database: OwnDatabase, start_worker: Callable[..., RunningProcess], tmp_path: Path
) -> None:
    assert check("worker", database) == 1
    worker = start_worker()
    worker.wait_for(lambda: check("worker", database) == 0, "sign of life")
    assert worker.terminate() == 0
    assert check("worker", database) == 1


def test_a_web_worker_keeps_what_stays_from_being_looked_through_for_garbage() -> None:
    settings: dict[str, Callable[[None], None]] = {}
    exec((ROOT / "gunicorn.conf.py").read_text(), settings)
    gc.unfreeze()
    usual = gc.get_threshold()
    try:
        settings["post_worker_init"](None)
        assert gc.get_freeze_count() > 10_000
        assert gc.get_threshold()[0] == 10_000
    finally:
        gc.set_threshold(*usual)


def test_stopping_is_given_the_time_it_may_take() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    settings: dict[str, int] = {}
    exec((ROOT / "gunicorn.conf.py").read_text(), settings)
    longest_wait = 60
    assert (
        longest_wait < settings["graceful_timeout"] < int(compose["services"]["web"]["stop_grace_period"].rstrip("s"))
    )
