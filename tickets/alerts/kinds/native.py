"""The native protocol: `POST {base}/notify`, one ticket per request."""

import json

from supportsaas.net.outbound import Resolve
from tickets.alerts.kinds.base import Response
from tickets.alerts.kinds.http import Endpoint, endpoint_name
from tickets.alerts.messages import Message
from tickets.alerts.model import Channel


class NativeSender:
    """Sends exactly `ticket_id`, `tenant_id`, `urgency` and `reason`.

    A message about several tickets has the id of the first one and the headline as its reason; a message about none
    has its key instead of an id.
    """

    def __init__(self, channel: Channel, *, resolve: Resolve | None = None) -> None:
        base = channel.address.rstrip("/")
        url = base if base.endswith("/notify") else f"{base}/notify"
        self.endpoint = endpoint_name("notify", url, plain_path="/notify")
        self._http = Endpoint(url, resolve=resolve)

    def send(self, message: Message) -> Response:
        body = json.dumps(_facts_of(message)).encode()
        return self._http.post(body, {"Idempotency-Key": message.key})

    def close(self) -> None:
        self._http.close()


def _facts_of(message: Message) -> dict[str, str]:
    facts = {"ticket_id": message.key, "tenant_id": message.tenant_id, "reason": message.headline}
    if not message.tickets:
        return {**facts, "urgency": "high" if message.kind in ("trouble", "number") else "low"}
    first = message.tickets[0]
    if len(message.tickets) == 1 and first.reason.strip():
        facts["reason"] = first.reason.strip()
    return {**facts, "ticket_id": first.ticket_id, "urgency": first.urgency}
