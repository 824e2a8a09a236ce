"""API calls of a program."""

import json
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from tenants.models import ApiToken, Role, Tenant, User
from tests.client_response import ClientResponse


def token_of(user: User, *, role: Role = Role.ADMIN, tenant: Tenant | None = None, **values: Any) -> str:
    token, text = ApiToken.issue(name="test", user=user, tenant=tenant, role=role)
    if values:
        ApiToken.objects.filter(pk=token.pk).update(**values)
    return text


class Api:
    """Calls with a token. `call` returns status and body, `ask` the whole response."""

    def __init__(self, text: str) -> None:
        self._client = Client(headers={"Authorization": f"Bearer {text}"}, enforce_csrf_checks=True)

    def ask(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, body: Any = None, **params: Any
    ) -> ClientResponse:
        """`body` is sent as JSON."""
        query = urlencode(params, doseq=True)
        data = "" if body is None else json.dumps(body)
        return self._client.generic(method, path, data, "application/json", QUERY_STRING=query, headers=headers or {})

    def call(self, method: str, path: str, **params: Any) -> tuple[int, Any]:
        response = self.ask(method, path, **params)
        return response.status_code, response.json()

    def get(self, path: str, **params: Any) -> Any:
        status, body = self.call("GET", path, **params)
        assert status == 200, body
        return body
