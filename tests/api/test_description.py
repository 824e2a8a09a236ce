"""The API conforms to its OpenAPI description."""

from pathlib import Path
from typing import Any

from supportsaas.api import api
from tenants.models import Tenant, User
from tests.api.describing import prepare, run_schemathesis

SEED = 20_260_310


def test_schemathesis_finds_nothing(
    live_server: Any, owner: User, tenant: Tenant, tmp_path: Path, settings: Any
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 0
    found = run_schemathesis(
        live_server.url,
        prepare(owner, tenant),
        seed=SEED,
        directory=tmp_path,
        options=["--max-examples=3", "--no-shrink"],
    )
    assert found.is_clean, found.words[-12_000:]
    assert found.operations == sum(len(calls) for calls in api.get_openapi_schema(path_prefix="")["paths"].values())
    assert found.cases > 150
