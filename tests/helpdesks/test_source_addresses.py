"""URLs of next pages, and which of them belong to the helpdesk."""

import pytest

from tickets.helpdesks.addresses import OtherHost, resolve, with_params

BASE = "https://help.example/desk"
ASKED = f"{BASE}/api/tickets?per_page=2"


@pytest.mark.parametrize(
    ("reference", "leads_to"),
    [
        ("https://help.example/desk/api/tickets?page=2", "https://help.example/desk/api/tickets?page=2"),
        ("/desk/api/tickets?page=2", "https://help.example/desk/api/tickets?page=2"),
        ("?page=2", "https://help.example/desk/api/tickets?page=2"),
        ("tickets?page=2", "https://help.example/desk/api/tickets?page=2"),
        ("../v2/tickets", "https://help.example/desk/v2/tickets"),
        ("//help.example/x", "https://help.example/x"),
        ("https://HELP.Example/x", "https://help.example/x"),
        ("https://help.example:443/x", "https://help.example/x"),
        ("https://help.example./x", "https://help.example/x"),
        ("HTTPS://help.example/x", "https://help.example/x"),
        ("http://help.example/x?a=1#part", "https://help.example/x?a=1"),
        ("http://help.example:80/x", "https://help.example/x"),
        ("http://help.example:443/x", "https://help.example/x"),
        ("https://somebody:secret@help.example/x", "https://help.example/x"),
        ("/x?q=two words", "https://help.example/x?q=two%20words"),
    ],
)
def test_a_reference_is_resolved_against_its_page(reference: str, leads_to: str) -> None:
    assert resolve(reference, against=ASKED, base_url=BASE) == leads_to


def test_a_port_is_kept_and_so_is_https_behind_a_proxy_on_it() -> None:
    base = "https://127.0.0.1:8494"
    for reference in ("http://127.0.0.1:8494/t?page=2", "http://127.0.0.1/t?page=2", "/t?page=2"):
        assert resolve(reference, against=f"{base}/t", base_url=base) == f"{base}/t?page=2"


@pytest.mark.parametrize(
    ("reference", "named"),
    [
        ("https://evil.example/x", "https://evil.example"),
        ("https://help.example.evil/x", "https://help.example.evil"),
        ("https://help.example@evil.example/x", "https://evil.example"),
        ("https://help.example:8443/x", "https://help.example:8443"),
        ("http://help.example:8080/x", "http://help.example:8080"),
        ("//evil.example/x", "https://evil.example"),
        ("javascript:alert(1)", "javascript"),
        ("ftp://help.example/x", "ftp://help.example"),
    ],
)
def test_a_link_to_another_server_is_never_followed(reference: str, named: str) -> None:
    with pytest.raises(OtherHost) as caught:
        resolve(reference, against=ASKED, base_url=BASE)
    assert str(caught.value) == named


def test_https_is_not_asked_by_http() -> None:
    with pytest.raises(OtherHost):
        resolve("https://help.example/x", against="http://help.example/t", base_url="http://help.example")


@pytest.mark.parametrize(
    ("url", "params", "asked"),
    [
        ("http://h/t", {"page": 2}, "http://h/t?page=2"),
        ("http://h/t?status=all", {"page": 2}, "http://h/t?status=all&page=2"),
        ("http://h/index.php?e=/Tickets", {"page": 2}, "http://h/index.php?e=/Tickets&page=2"),
        ("http://h/t?page=1&a=1&a=2", {"page": 2}, "http://h/t?a=1&a=2&page=2"),
        ("http://h/t?a=1", {}, "http://h/t?a=1"),
    ],
)
def test_parameters_are_appended_to_those_of_the_url(url: str, params: dict[str, str | int], asked: str) -> None:
    assert with_params(url, params) == asked
