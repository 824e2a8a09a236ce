"""No client can make a thread of the web server wait, or wait forever."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from supportsaas.web_server import limits
from tests.web_server.conftest import Server, wait_until

HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture
def held(server: Server) -> Iterator[Callable[[], int]]:
    """`/held` blocks a thread until the end of the test. Returns the number of blocked threads."""
    yield from _holding(server)


def _holding(server: Server) -> Iterator[Callable[[], int]]:
    let_go, begun = threading.Event(), threading.Semaphore(0)
    count = 0

    def hold() -> Iterator[bytes]:
        nonlocal count
        count += 1
        begun.release()
        let_go.wait(20)
        yield b"done"

    server.application.routes["/held"] = hold
    server.application.routes["/health"] = lambda: [b"well"]
    yield lambda: count
    let_go.set()


@pytest.fixture
def proxied(start_server: Callable[..., Server]) -> Server:
    return start_server(trusted_proxies=1)


@pytest.fixture
def held_behind_a_proxy(proxied: Server) -> Iterator[Callable[[], int]]:
    yield from _holding(proxied)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HT",
        HEAD,
        HEAD + b"X-Long: " + b"x" * 8000,
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf of it",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n" + b"x" * 65536,
        b"\r\n\r\n\r\n",
    ],
)
def test_incomplete_requests_do_not_block_others(server: Server, sent: bytes) -> None:
    for _ in range(60):
        server.connect().send(sent)
    began = time.monotonic()
    assert [server.status() for _ in range(5)] == ["200"] * 5
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("sent", [b"", HEAD, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf of it"])
def test_a_new_connection_replaces_a_slow_one_at_the_connection_limit(
    start_server: Callable[..., Server], sent: bytes
) -> None:
    server = start_server(connections=20)
    slow = [server.connect().send(sent) for _ in range(19)]
    wait_until(lambda: server.worker.nr_conns == 19, "all are connected")
    time.sleep(0.1)  # so that what they sent is read
    slow += [server.connect().send(sent) for _ in range(20)]
    assert server.status() == "200"
    assert slow[0].read_to_end() == b"", "the one that waited longest was closed"


@pytest.mark.parametrize("begun", [b"", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"])
def test_a_request_that_arrives_too_slowly_times_out(
    server: Server, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(limits, "HEAD_SECONDS", 0.2)
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.2)
    client = server.connect().send(begun or b"GET")
    answer = client.read_to_end()
    assert answer.startswith(b"HTTP/1.1 408 ") and b"Nothing was changed" in answer


def test_a_silent_connection_is_closed_without_a_response(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HEAD_SECONDS", 0.2)
    assert server.connect().read_to_end() == b""


def test_a_request_that_comes_byte_by_byte_is_answered(server: Server) -> None:
    client = server.connect()
    for each in b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc":
        client.send(bytes([each]))
    assert client.read_to_end().endswith(b"\r\n\r\nabc")


def test_requests_sent_at_once_on_one_connection_are_answered_in_order(server: Server) -> None:
    one, two = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n1", HEAD + b"Connection: close\r\n\r\n"
    two = two.replace(b"GET / ", b"POST / ").replace(b"Host", b"Content-Length: 1\r\nHost") + b"2"
    answer = server.connect().send(one + one + two).read_to_end()
    assert [part.split(b"\r\n\r\n")[1][:1] for part in answer.split(b"HTTP/1.1 200")[1:]] == [b"1", b"1", b"2"]


def test_a_body_the_application_does_not_read_is_not_taken_for_the_next_request(server: Server) -> None:
    server.application.routes["/deaf"] = lambda: [b"said"]
    client = server.connect().ask("/deaf", body=b"GET /evil HTTP/1.1\r\nHost: x\r\n\r\n")
    client.read_until(b"0\r\n\r\n")
    assert client.ask("/", body=b"mine", headers="Connection: close\r\n").read_to_end().endswith(b"mine")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 100_000, b"431"),
        (HEAD + b"".join(b"X-%d: %s\r\n" % (n, b"y" * 7000) for n in range(20)) + b"\r\n", b"431"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500000000\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + b"9" * 40 + b"\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", b"411"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc", b"400"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", b"400"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -3\r\n\r\n", b"400"),
        (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"414"),
        (b"nonsense\r\n\r\n", b"400"),
    ],
)
def test_an_invalid_request_is_rejected_at_once(server: Server, sent: bytes, status: bytes) -> None:
    began = time.monotonic()
    answer = server.connect().send(sent).read_to_end()
    assert answer[9:12] == status, answer
    assert time.monotonic() - began < limits.CLOSING_SECONDS + 10
    assert server.status() == "200"


def test_a_client_that_expects_100_continue_gets_it(server: Server) -> None:
    client = server.connect().ask("/", headers="Expect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n")
    assert client.read_until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert client.send(b"abc").read_to_end().endswith(b"abc")


def test_large_bodies_at_once_are_bounded_together(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HELD_BYTES", 1_000_000)
    begun = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n"
    for _ in range(3):
        server.connect().send(begun + b"x" * 400_000)
    wait_until(lambda: server.worker.nr_conns == 2, "of three that together are too large, one is closed")
    assert server.status() == "200"


def test_unread_responses_do_not_block_others(server: Server) -> None:
    server.application.routes["/page"] = lambda: [b"x" * 400_000]
    for _ in range(40):
        server.connect(receive_buffer=4096).ask("/page")
    began = time.monotonic()
    assert server.status() == "200"
    assert time.monotonic() - began < 10


def test_a_large_answer_arrives_whole_however_slowly_it_is_read(server: Server) -> None:
    pieces = [bytes([65 + n % 26]) * 70_000 for n in range(40)]
    server.application.routes["/file"] = lambda: iter(pieces)
    client = server.connect(receive_buffer=8192).ask("/file", headers="Connection: close\r\n")
    received = b""
    while piece := client.socket.recv(20_000):
        received += piece
    assert received.endswith(b"0\r\n\r\n")
    assert received.partition(b"\r\n\r\n")[2] == b"".join(b"11170\r\n%s\r\n" % each for each in pieces) + b"0\r\n\r\n"


def test_a_client_that_stops_reading_a_file_is_disconnected(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SLOW_SECONDS", 0.3)
    ended = threading.Event()

    def pieces() -> Iterator[bytes]:
        try:
            while True:
                yield b"x" * 65536
        finally:
            ended.set()

    server.application.routes["/file"] = pieces
    client = server.connect(receive_buffer=4096).ask("/file")
    assert ended.wait(10), "the file is no longer made"
    client.socket.settimeout(5)
    assert not client.read_to_end().endswith(b"0\r\n\r\n"), "half a file does not look like a whole one"


def test_a_client_that_reads_a_file_too_slowly_is_disconnected(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SLOW_SECONDS", 0.5)
    ended = threading.Event()

    def pieces() -> Iterator[bytes]:
        try:
            while True:
                yield b"x" * 65536
        finally:
            ended.set()

    server.application.routes["/file"] = pieces
    client = server.connect(receive_buffer=4096).ask("/file")
    deadline = time.monotonic() + 15
    while not ended.is_set() and time.monotonic() < deadline:
        client.socket.recv(100)
        time.sleep(0.02)
    assert ended.is_set()


def test_the_event_loop_drops_an_unread_response(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SLOW_SECONDS", 0.2)
    monkeypatch.setattr(limits, "SLOWEST_RATE", 100_000_000)
    monkeypatch.setattr(limits, "KEPT_BYTES", 20_000_000)
    server.application.routes["/page"] = lambda: [b"x" * 10_000_000]
    server.connect(receive_buffer=4096).ask("/page")
    wait_until(lambda: server.worker.nr_conns == 0, "the connection is closed")


def test_one_caller_leaves_half_of_the_threads_to_others(server: Server, held: Callable[[], int]) -> None:
    for _ in range(10):
        server.connect().ask("/held", headers="Authorization: Bearer one\r\n")
    assert server.status(headers="Authorization: Bearer two\r\nConnection: close\r\n") == "200"
    assert held() == 2


def test_anonymous_clients_are_distinguished_by_the_address_that_the_nearest_proxy_saw(
    proxied: Server, held_behind_a_proxy: Callable[[], int]
) -> None:
    for number in range(10):
        proxied.connect().ask("/held", headers=f"X-Forwarded-For: 198.51.100.{number}, 203.0.113.5\r\n")
    assert proxied.status(headers="X-Forwarded-For: 203.0.113.6\r\nConnection: close\r\n") == "200"
    assert held_behind_a_proxy() == 2


JUNK = (
    "Authorization: Bearer {}\r\n",
    "Authorization: {}\r\n",
    "Cookie: sessionid={}\r\n",
    "X-Forwarded-For: 203.0.113.{}\r\n",
)


@pytest.mark.parametrize("junk", JUNK)
def test_one_address_never_occupies_all_threads(server: Server, held: Callable[[], int], junk: str) -> None:
    for number in range(20):
        server.connect().ask("/held", headers=junk.format(number))
    assert server.status(address="127.0.0.2") == "200"
    assert held() == (2 if "Forwarded" in junk else 3), "nobody's X-Forwarded-For counts without a proxy"


def test_an_address_behind_the_proxy_is_what_the_proxy_saw_in_however_many_headers(
    proxied: Server, held_behind_a_proxy: Callable[[], int]
) -> None:
    for number in range(20):
        invented = f"X-Forwarded-For: 198.51.100.{number}\r\nAuthorization: Bearer {number}\r\n"
        seen = f"X-Forwarded-For: 2001:db8:1:2::{number}\r\n"
        proxied.connect().ask("/held", headers=invented + seen)
    assert proxied.status(headers="X-Forwarded-For: 2001:db8:1:3::1\r\nConnection: close\r\n") == "200"
    assert held_behind_a_proxy() == 3, "all are one client's IPv6 network"


def test_a_token_that_looks_like_an_address_does_not_count_for_that_address(
    server: Server, held: Callable[[], int]
) -> None:
    for _ in range(4):
        server.connect(address="127.0.0.2").ask("/held", headers="Authorization: 127.0.0.1\r\n")
    wait_until(lambda: held() == 2, "it has its own share")
    for _ in range(4):
        server.connect().ask("/held")
    wait_until(lambda: held() == 4, "the address has its share too")


def test_health_answers_while_every_thread_is_held(server: Server, held: Callable[[], int]) -> None:
    for caller in range(6):
        client = server.connect(address=f"127.0.0.{2 + caller % 2}")
        client.ask("/held", headers=f"Cookie: a=b; sessionid=person{caller}\r\n")
    wait_until(lambda: held() == 4, "every thread is held")
    began = time.monotonic()
    assert [server.status("/health") for _ in range(3)] == ["200"] * 3
    assert time.monotonic() - began < 5
    assert held() == 4


def test_requests_beyond_the_queue_are_rejected_and_health_still_answers(
    start_server: Callable[..., Server],
) -> None:
    server = start_server(connections=40)
    let_go = threading.Event()
    server.application.routes["/health"] = lambda: [b"well"]
    server.application.routes["/held"] = lambda: [b"x" if let_go.wait(20) else b""]
    clients = [server.connect().ask("/held", headers="Authorization: Bearer x\r\n") for _ in range(30)]
    answer = clients[-1].read_to_end()
    assert answer.startswith(b"HTTP/1.1 503 ") and b"Retry-After: 5" in answer
    assert server.status("/health") == "200"
    let_go.set()
    assert clients[0].read_until(b"0\r\n\r\n").startswith(b"HTTP/1.1 200")


def test_health_requests_do_not_use_up_the_connections_of_others(start_server: Callable[..., Server]) -> None:
    server = start_server(connections=40, trusted_proxies=1)
    let_go = threading.Event()
    server.application.routes["/health"] = lambda: [b"well" if let_go.wait(20) else b""]
    for _ in range(60):
        server.connect().ask("/health", headers="X-Forwarded-For: 203.0.113.5\r\n")
        time.sleep(0.005)  # so that it is read before the next is accepted
    assert server.status() == "200"
    own = server.connect().ask("/health", headers="X-Forwarded-For: 203.0.113.6\r\nConnection: close\r\n")
    let_go.set()
    assert own.read_to_end().startswith(b"HTTP/1.1 200"), "another address still has its turn"
