"""The examples of docs/api.md work: they run in order against a live server."""

import json
import re
import shlex
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tenants.models import Tenant, User
from tests.api.caller import Api, token_of
from tests.builders import store_tickets

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text()


def examples() -> Iterator[tuple[str, int, list[str]]]:
    """Each command with the documented status and fields of the response."""
    for block in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL):
        lines = block.splitlines()
        for command, says in zip(lines[::2], lines[1::2], strict=True):
            status, _, names = says.removeprefix("# ").partition(" ")
            yield command, int(status), [name.strip() for name in names.split(",") if name.strip()]


def run(command: str, values: dict[str, str]) -> tuple[int, Any]:
    """Do what the curl command does, without curl. Returns status and body."""
    for name, value in values.items():
        command = command.replace(f"${name}", value)
    words = shlex.split(command)
    assert words.pop(0) == "curl"
    method, headers, url = "GET", {}, ""
    data: bytes | None = None
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "-d":
            data = words.pop(0).encode()
        elif word == "-H":
            name, _, value = words.pop(0).partition(": ")
            headers[name] = value
        else:
            assert not url and word.startswith("http://"), word
            url = word
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, json.loads(response.read() or "null")
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.loads(refusal.read() or "null")


def test_every_example_does_what_the_guide_says(live_server: Any, owner: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"id": f"T-{n}", "message": "We will file a lawsuit"} for n in range(1, 6)])
    text = token_of(owner)
    values = {"SUPPORTSAAS": live_server.url, "TOKEN": text, "CURSOR": "", "JOB": ""}
    values["ETAG"] = Api(text).ask("GET", "/tickets/T-1", tenant_id="acme")["ETag"].replace('"', '\\"')
    count = 0
    for command, status, names in examples():
        got, body = run(command, values)
        assert got == status, (command, body)
        assert set(names) <= set(body or {}), command
        if body and body.get("next_cursor"):
            values["CURSOR"] = body["next_cursor"]
        if body and body.get("job_id") and "/ingest/" in command:
            assert values["JOB"] in ("", body["job_id"]), "the same run under the same key"
            values["JOB"] = body["job_id"]
        count += 1
    assert count >= 14
