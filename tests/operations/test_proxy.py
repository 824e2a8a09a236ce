"""The nginx configuration of docker-compose.yml, with a real nginx in front of the real web server."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from supportsaas.ops import child_process
from tenants.models import ApiToken, Role, Tenant, User
from tests.builders import store_tickets
from tests.faults.conftest import ROOT, OwnDatabase
from tests.operations.conftest import Web

CONFIGURATION = ROOT / "deploy" / "nginx.conf"
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"

pytestmark = pytest.mark.skipif(not Path(NGINX).exists(), reason="nginx is not installed")


@pytest.fixture
def start_proxy(tmp_path: Path) -> Iterator[Callable[[Web], str]]:
    """nginx in front of a web server; its address."""
    started: list[subprocess.Popen[bytes]] = []

    def start(web: Web) -> str:
        port = child_process.free_port()
        text = CONFIGURATION.read_text()
        for old, new in (
            ("http://web:8000", web.url),
            ("listen 8080", f"listen 127.0.0.1:{port}"),
            ("/tmp/", f"{tmp_path}/"),
        ):
            assert old in text
            text = text.replace(old, new)
        own = tmp_path / "nginx.conf"
        own.write_text(text)
        log = (tmp_path / "nginx.log").open("wb")
        with log:
            started.append(
                subprocess.Popen(
                    [NGINX, "-c", str(own), "-p", str(tmp_path), "-g", "daemon off; user root;"], stdout=log, stderr=log
                )
            )
        deadline = time.monotonic() + 20
        while not child_process.port_is_taken(port):
            assert started[-1].poll() is None and time.monotonic() < deadline, (tmp_path / "nginx.log").read_text()
            time.sleep(0.05)
        return f"http://127.0.0.1:{port}"

    yield start
    for each in started:
        child_process.stop(each)


def test_slow_clients_reach_no_further_than_the_proxy(
    start_web: Callable[..., Web], start_proxy: Callable[[Web], str]
) -> None:
    address = start_proxy(start_web())
    port = int(address.rpartition(":")[2])
    opened = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(150)]
    for number, each in enumerate(opened):
        each.sendall(
            b"POST /login/ HTTP/1.1\r\nHost: localhost\r\n" + (b"Content-Length: 9\r\n\r\nx" if number % 2 else b"")
        )
    try:
        assert httpx.get(f"{address}/health", timeout=20).status_code == 200
    finally:
        for each in opened:
            each.close()


def test_the_web_server_learns_who_asks_and_how(
    root: User, start_web: Callable[..., Web], start_proxy: Callable[[Web], str]
) -> None:
    web = start_web(TRUSTED_PROXIES="1", USE_HTTPS="1", ALLOWED_HOSTS="support.example.com")
    address = start_proxy(web)
    headers = {"Host": "support.example.com"}
    assert httpx.get(f"{address}/login/", headers=headers, timeout=20).status_code == 301
    secure = httpx.get(f"{address}/login/", headers={**headers, "X-Forwarded-Proto": "https"}, timeout=20)
    assert secure.status_code == 200 and "__Host-csrftoken" in secure.headers["Set-Cookie"]


def test_the_proxy_passes_whole_files_and_rejects_large_uploads(
    database: OwnDatabase, acme: Tenant, root: User, start_web: Callable[..., Web], start_proxy: Callable[[Web], str]
) -> None:
    token = ApiToken.issue(name="x", user=root, tenant=acme, role=Role.VIEWER)[1]
    store_tickets(acme, [{"id": f"T-{n}", "message": "word " * 2000} for n in range(400)])
    address = start_proxy(start_web())
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.get(f"{address}/export/tickets?tenant_id=acme&format=jsonl", headers=headers, timeout=60)
    assert len({json.loads(line)["external_id"] for line in answer.text.splitlines()}) == 400
    large = httpx.post(f"{address}/login/", content=b"x" * 3_000_000, timeout=60)
    assert large.status_code == 413


def test_a_file_that_breaks_off_does_not_look_whole_behind_it_either(
    database: OwnDatabase, acme: Tenant, root: User, start_web: Callable[..., Web], start_proxy: Callable[[Web], str]
) -> None:
    token = ApiToken.issue(name="x", user=root, tenant=acme, role=Role.VIEWER)[1]
    store_tickets(acme, [{"id": f"T-{n}", "message": "word " * 12_000} for n in range(300)])
    web = start_web()
    path, headers = "/export/tickets?tenant_id=acme", {"Authorization": f"Bearer {token}"}
    with (
        httpx.stream("GET", start_proxy(web) + path, headers=headers, timeout=60) as answer,
        pytest.raises(httpx.TransportError),
    ):
        pieces = answer.iter_raw(1000)
        next(pieces)
        os.killpg(web.process.pid, signal.SIGKILL)
        for _ in pieces:
            pass
