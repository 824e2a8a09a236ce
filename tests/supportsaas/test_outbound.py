"""Outgoing HTTP: the actual address is checked, time is limited, and redirects are not followed."""

import datetime as dt
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpcore
import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from supportsaas.net import outbound
from supportsaas.net.addresses import AddressBlocked, AllowedHosts
from tests.endpoint import ScriptedEndpoint
from tests.faults.raw_server import RawServer

PUBLIC = "93.184.216.34"


@pytest.fixture
def endpoint() -> Iterator[ScriptedEndpoint]:
    with ScriptedEndpoint() as running:
        yield running


@pytest.fixture
def nobody_allowed(settings: Any) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = AllowedHosts.parse([])


def post(url: str, **options: Any) -> httpx.Response:
    with outbound.open_client(whole_seconds=5, **options) as client:
        return client.post(url, content=b"{}")


@pytest.mark.usefixtures("nobody_allowed")
class TestInside:
    @pytest.mark.parametrize(
        "host",
        ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]",
         "[::]", "localhost", "LOCALHOST.", "127.0.0.1."],
    )  # fmt: skip
    def test_an_internal_address_is_blocked_in_every_notation(self, host: str, endpoint: ScriptedEndpoint) -> None:
        with pytest.raises((AddressBlocked, httpx.ConnectError, httpx.InvalidURL)) as caught:
            post(f"http://{host}:{endpoint.port}/")
        assert endpoint.requests == []
        if host in ("127.0.0.1", "2130706433", "0x7f000001", "127.1", "[::1]", "localhost"):
            assert caught.type is AddressBlocked

    def test_a_name_with_one_internal_address_is_blocked(self, endpoint: ScriptedEndpoint) -> None:
        with pytest.raises(AddressBlocked, match=r"hooks.example is 127\.0\.0\.1"):
            post("http://hooks.example/", resolve=lambda _host, _port: [PUBLIC, "127.0.0.1"])

    def test_an_internal_ip_address_is_blocked_before_connecting(self) -> None:
        for host in ("127.0.0.1", "2130706433", "0x7f.1", "::1"):
            with pytest.raises(AddressBlocked):
                outbound.check_literal(host)
        for host in (PUBLIC, "hooks.example", "", "\udcff", "a" * 300):
            outbound.check_literal(host)


@pytest.mark.parametrize(
    ("text", "is_own"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("8.8.8.8", False), ("2606:4700::1111", False)],
)
def test_a_machine_knows_its_own_addresses(text: str, is_own: bool) -> None:
    assert outbound.is_own_address(ip_address(text)) is is_own


def test_a_public_address_of_this_machine_is_blocked_by_name_and_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "_can_bind", lambda address: str(address) == "8.8.8.8")
    with pytest.raises(AddressBlocked, match="this machine"):
        outbound.check_literal("8.8.8.8")
    with (
        outbound.open_client(whole_seconds=5, resolve=lambda *_: ["8.8.8.8"]) as client,
        pytest.raises(AddressBlocked, match="this machine"),
    ):
        client.get("http://hooks.example/")


class TestChangingName:
    """A name server with a different answer for the check than for the connection."""

    def test_the_connection_goes_to_the_address_that_was_checked(
        self, endpoint: ScriptedEndpoint, nobody_allowed: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[str] = []
        connected: list[str] = []
        plain = httpcore.SyncBackend.connect_tcp

        def resolve(host: str, _port: int) -> list[str]:
            asked.append(host)
            return [PUBLIC] if len(asked) == 1 else ["127.0.0.1"]

        def connect(self: Any, host: str, port: int, **options: Any) -> Any:
            connected.append(host)
            return plain(self, "127.0.0.1", endpoint.port, **options)  # the internet of this test

        monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
        url = f"http://hooks.example:{endpoint.port}/"
        with outbound.open_client(whole_seconds=5, resolve=resolve) as client:
            assert client.post(url, headers={"Connection": "close"}).status_code == 200
            assert (asked, connected) == (["hooks.example"], [PUBLIC])
            # The next connection asks again, and is refused now.
            with pytest.raises(AddressBlocked):
                client.post(url)
        assert connected == [PUBLIC]
        assert len(endpoint.requests) == 1
        assert endpoint.requests[0].headers["host"] == f"hooks.example:{endpoint.port}"

    def test_the_second_address_is_tried_where_the_first_does_not_answer(self, endpoint: ScriptedEndpoint) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            other.close()
        answer = post(endpoint.url, resolve=lambda _host, _port: ["127.0.0.1", "127.0.0.1"])
        assert answer.status_code == 200

    @pytest.mark.parametrize("found", [[], OSError("Name or service not known")])
    def test_a_name_without_an_address_cannot_be_reached(self, found: Any) -> None:
        def resolve(_host: str, _port: int) -> list[str]:
            if isinstance(found, OSError):
                raise found
            return list(found)

        with pytest.raises(httpx.ConnectError) as caught:
            post("http://nowhere.example/", resolve=resolve)
        assert outbound.why_unreachable(caught.value) == "the host name is not known"

    def test_a_name_server_that_never_answers_is_given_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        never = threading.Event()
        monkeypatch.setattr(outbound, "RESOLVE_SECONDS", 0.05)
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: never.wait(5) and [])
        with pytest.raises(OSError, match="took too long"):
            outbound.resolve_in_time("slow.example", 80)
        never.set()


class TestRedirects:
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_redirects_are_not_followed_so_credentials_stay_with_their_host(
        self, status: int, endpoint: ScriptedEndpoint
    ) -> None:
        with ScriptedEndpoint() as other:
            endpoint.script = lambda _request: (status, {"Location": f"{other.url}/steal"}, b"")
            answer = post(endpoint.url, headers={"Authorization": "Bearer secret"})
            assert answer.status_code == status
            assert other.requests == []


class TestTime:
    @pytest.mark.parametrize(
        ("beginning", "piece"),
        [
            (b"", b""),
            (b"HTTP/1.1 200 OK\r\nX-Long: ", b"a"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        ],
        ids=["silence", "a header", "a body", "chunks"],
    )
    def test_a_request_ends_in_time_however_slowly_data_arrives(self, beginning: bytes, piece: bytes) -> None:
        def drip(connection: socket.socket) -> None:
            connection.sendall(beginning)
            server.drip(connection, piece, every=0.02, at_most=200)

        with RawServer(drip) as server, outbound.open_client(whole_seconds=0.3, read_seconds=5) as client:
            began = time.monotonic()
            with pytest.raises(httpx.TimeoutException):
                client.post(server.url)
            assert time.monotonic() - began < 3

    def test_every_request_over_a_kept_connection_gets_the_full_time(
        self, endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        moment = 1000.0
        monkeypatch.setattr(outbound, "time", SimpleNamespace(monotonic=lambda: moment))
        with outbound.open_client(whole_seconds=5) as client:
            for _ in range(4):
                assert client.post(endpoint.url).status_code == 200
                moment += 4


def test_proxies_and_credentials_of_the_environment_are_ignored(
    endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login spy password spy\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    assert post(endpoint.url).status_code == 200
    assert "authorization" not in endpoint.requests[0].headers


class TestTls:
    @pytest.fixture
    def secure(self, endpoint: ScriptedEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
        """The endpoint with a certificate for hooks.example, which the product trusts."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example")])
        now = dt.datetime.now(dt.UTC)
        certificate = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example")]), critical=False)
            .sign(key, hashes.SHA256())
        )
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (tmp_path / "both.pem").write_bytes(private + pem)
        (tmp_path / "cert.pem").write_bytes(pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "both.pem")
        endpoint.server.socket = context.wrap_socket(endpoint.server.socket, server_side=True)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        outbound.tls_context.cache_clear()
        yield f":{endpoint.port}/"
        outbound.tls_context.cache_clear()

    def test_the_certificate_must_match_the_name_although_the_connection_goes_to_an_address(self, secure: str) -> None:
        answer = post(f"https://hooks.example{secure}", resolve=lambda _host, _port: ["127.0.0.1"])
        assert answer.status_code == 200
        with pytest.raises(httpx.ConnectError) as caught:
            post(f"https://other.example{secure}", resolve=lambda _host, _port: ["127.0.0.1"])
        assert outbound.why_unreachable(caught.value) == "its certificate is not trusted"
