"""No client can block the site for others, whatever it sends or does not send."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tenants.models import ApiToken, Role, Tenant, User
from tests.helpdesk import ScriptedHelpdesk
from tests.loopback_server import Answer
from tests.operations.conftest import RunningProcess, Web
from tickets.helpdesks.model import Source

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture
def stuck(acme: Tenant, helpdesk: ScriptedHelpdesk) -> Iterator[Source]:
    """A helpdesk that returns its first page only at the end of the test."""
    over = threading.Event()

    def script(path: str, query: dict[str, str]) -> Answer | None:
        over.wait(40)
        return None

    helpdesk.script = script
    yield Source.objects.create(tenant=acme, kind="house", url=helpdesk.url)
    over.set()


def seconds_of(web: Web, path: str) -> float:
    began = time.monotonic()
    assert httpx.get(web.url + path, timeout=30).status_code in (200, 302)
    return time.monotonic() - began


def open_connections(web: Web, count: int, sent: bytes) -> list[socket.socket]:
    parts = urlsplit(web.url)
    opened = []
    for _ in range(count):
        opened.append(socket.create_connection((parts.hostname, parts.port), timeout=20))
        opened[-1].sendall(sent)
    return opened


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ",
     b"POST /login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
     b"Content-Length: 500\r\n\r\nuser"],
    ids=["nothing", "head", "body"],
)  # fmt: skip
def test_two_hundred_slow_connections_do_not_slow_others_down(start_web: Callable[..., Web], sent: bytes) -> None:
    web = start_web()
    seconds_of(web, "/health")
    opened = open_connections(web, 200, sent)
    try:
        assert max(seconds_of(web, path) for path in ("/health", "/login/", "/health", "/login/")) < 10
    finally:
        for each in opened:
            each.close()


@pytest.mark.parametrize("proxies", [0, 1])
def test_one_address_with_changing_headers_does_not_block_the_site_for_others(
    start_web: Callable[..., Web], tmp_path: Path, proxies: int
) -> None:
    hold = tmp_path / "hold"
    hold.touch()
    web = start_web(
        application="tests.operations.slow_application", HOLD_WHILE_THERE=str(hold), TRUSTED_PROXIES=str(proxies)
    )
    seconds_of(web, "/health")
    opened = []
    for number in range(100):
        junk = f"Authorization: Bearer {number}\r\nCookie: sessionid={number}\r\n"
        junk += f"X-Forwarded-For: 198.51.100.{number}{', 203.0.113.5' * proxies}\r\n"
        opened += open_connections(web, 1, f"GET /held HTTP/1.1\r\nHost: localhost\r\n{junk}\r\n".encode())
    try:
        time.sleep(1)  # so that each process has what it takes
        elsewhere = httpx.HTTPTransport(local_address="127.0.0.1" if proxies else "127.0.0.2")
        headers = {"Connection": "close", **({"X-Forwarded-For": "203.0.113.6"} if proxies else {})}
        with httpx.Client(transport=elsewhere, base_url=web.url, headers=headers, timeout=20) as other:
            for _ in range(10):  # in both processes
                assert other.get("/").status_code == 200
        seconds_of(web, "/health")
    finally:
        hold.unlink()
        for each in opened:
            each.close()


def test_a_large_upload_is_rejected_unread_and_leaves_no_file(start_web: Callable[..., Web], tmp_path: Path) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    web = start_web(TMPDIR=str(folder))
    seconds_of(web, "/health")
    parts = urlsplit(web.url)
    with closing(socket.create_connection((parts.hostname, parts.port), timeout=20)) as connection:
        connection.sendall(
            b"POST /login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n"
            b"Content-Length: 500000000\r\n\r\n--b\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n"
        )
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413 ") and b"Nothing was changed" in answer
    assert list(folder.iterdir()) == []


def test_many_who_wait_for_a_run_leave_room_for_others(
    stuck: Source, root: User, start_web: Callable[..., Web], start_worker: Callable[..., RunningProcess]
) -> None:
    token = ApiToken.issue(name="x", user=root, tenant=stuck.tenant, role=Role.MANAGER)[1]
    start_worker()
    web = start_web()
    seconds_of(web, "/health")
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "the-same"}

    def run(_: int) -> tuple[int, float]:
        began = time.monotonic()
        answer = httpx.post(f"{web.url}/ingest/run?tenant_id=acme&wait=15", headers=headers, timeout=60)
        assert answer.json().get("status") == "running", answer.text
        return answer.status_code, time.monotonic() - began

    with ThreadPoolExecutor(24) as pool:
        waiting = pool.map(run, range(24))
        time.sleep(1)
        assert max(seconds_of(web, path) for path in ("/health", "/login/") * 3) < 10
        answers = list(waiting)
    assert {status for status, _ in answers} == {202}
    assert 1 <= sum(seconds > 14 for _, seconds in answers) <= 4, "two of one caller in each of two processes"
