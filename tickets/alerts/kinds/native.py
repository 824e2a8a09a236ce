"""The native protocol's `POST {base}/notify`, one ticket a request."""

import json

from supportsaas.net.outbound import Resolve
from tickets.alerts.kinds.base import Answer
from tickets.alerts.kinds.http import Endpoint, named
from tickets.alerts.messages import Message
from tickets.alerts.model import Channel


class NativeSender:
    """Its bodies hold `ticket_id`, `tenant_id`, `urgency` and `reason`, and nothing else.

    A message about several tickets goes with the first one's id and the headline as its reason; one
    about none has its own key in the place of the id.
    """

    def __init__(self, channel: Channel, *, resolve: Resolve | None = None) -> None:
        base = channel.address.rstrip("/")
        url = base if base.endswith("/notify") else f"{base}/notify"
        self.endpoint = named("notify", url, plain_path="/notify")
        self._http = Endpoint(url, resolve=resolve)

    def send(self, message: Message) -> Answer:
        first = message.tickets[0] if message.tickets else None
        alone = first is not None and len(message.tickets) == 1
        facts = {
            "ticket_id": first.ticket_id if first else message.key,
            "tenant_id": message.tenant_id,
            "urgency": first.urgency if first else ("high" if message.kind == "trouble" else "low"),
            "reason": (first.reason if first and alone else "").strip() or message.headline,
        }
        return self._http.post(json.dumps(facts).encode(), {"Idempotency-Key": message.key})

    def close(self) -> None:
        self._http.close()
