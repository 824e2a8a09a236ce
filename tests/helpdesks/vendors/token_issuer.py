"""The token endpoint of a simulated helpdesk: OAuth 2 client credentials (RFC 6749, 4.4)."""

from dataclasses import dataclass, field

from tests.helpdesk import answer
from tests.helpdesks.vendors.vendor import Request
from tests.loopback_server import Answer


@dataclass(slots=True, kw_only=True)
class TokenIssuer:
    """Issues numbered tokens to one client. `is_down` answers every request with 503."""

    client_id: str
    client_secret: str
    expires_in: int | None = 3600
    is_down: bool = False
    issued: int = 0
    _valid: set[str] = field(default_factory=set)

    def issue(self, request: Request) -> Answer:
        """The response to a token request, with the parameters in a form or in JSON."""
        if self.is_down:
            return answer({"error": "temporarily_unavailable"}, 503)
        sent = request.body or {}
        if sent.get("grant_type") != "client_credentials":
            return answer({"error": "unsupported_grant_type"}, 400)
        if (sent.get("client_id"), sent.get("client_secret")) != (self.client_id, self.client_secret):
            return answer({"error": "invalid_client", "error_description": "Client authentication failed."}, 401)
        self.issued += 1
        token = f"token-{self.issued}-of-the-client"
        self._valid.add(token)
        ends = {} if self.expires_in is None else {"expires_in": self.expires_in}
        return answer({"access_token": token, "token_type": "bearer", **ends})

    def revoke_all(self) -> None:
        """All tokens so far end, as if their time was over."""
        self._valid.clear()

    def accepts(self, request: Request) -> bool:
        return request.headers.get("authorization", "").removeprefix("Bearer ") in self._valid
