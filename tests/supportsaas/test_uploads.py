"""No page accepts files: uploads are rejected before authentication and never written to disk."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from supportsaas.web_server.limits import BODY_BYTES
from tenants.models import User

pytestmark = pytest.mark.usefixtures("db")
ADDRESSES = ["/login/", "/", "/admin/", "/ingest/run?tenant_id=acme", "/health", "/nowhere"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("size", [1, 2_560_000], ids=["small", "large"])
def test_a_form_with_a_file_is_rejected_for_every_user(client: Client, folder: Path, address: str, size: int) -> None:
    file = SimpleUploadedFile("a.csv", b"x" * size)
    answer = client.post(address, {"username": "x", "file": file})
    assert answer.status_code == 415
    assert "does not accept files" in answer.json()["detail"]
    assert list(folder.iterdir()) == []


def test_a_browser_that_uploads_a_file_gets_a_page(client: Client) -> None:
    answer = client.post("/login/", {"file": SimpleUploadedFile("a.csv", b"x")}, headers={"Accept": "text/html"})
    assert answer.status_code == 415 and "<h1>Files are not accepted</h1>" in answer.content.decode()


def test_a_multipart_form_without_a_file_is_accepted(superuser: User, client_of: Callable[[User], Client]) -> None:
    answer = client_of(superuser).post("/logout/", {"a": "b"})  # the test client sends forms so
    assert answer.status_code == 302


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain"])
def test_a_body_that_is_too_large_is_rejected_unread(client: Client, address: str, kind: str) -> None:
    answer = client.post(address, b"x" * (BODY_BYTES + 1), content_type=kind)
    assert answer.status_code == 413 and "2.5 MB" in answer.json()["detail"]
