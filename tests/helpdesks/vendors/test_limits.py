"""How long the helpdesks ask to wait, each in its own header."""

import pytest

from tenants.models import Tenant
from tests.helpdesks.vendors import find_vendors
from tests.helpdesks.vendors.connecting import connect, serving
from tickets.helpdesks import open_source

pytestmark = pytest.mark.usefixtures("db")

VENDORS = find_vendors()
LONGEST_LOOK = 5.0
"""A longer wait is interrupted that often, to see whether the run should stop."""


class Waited(Exception):
    """Ends the read at its first wait."""


@pytest.mark.parametrize("kind", ["zendesk", "freshdesk", "zammad", "intercom", "helpscout"])
def test_a_request_over_the_limit_waits_as_long_as_the_helpdesk_asks(tenant: Tenant, kind: str) -> None:
    with serving(VENDORS[kind], tickets=25) as vendor:
        vendor.wait_seconds = 120
        waits: list[tuple[float, str]] = []

        def wait(seconds: float, reason: str) -> None:
            if seconds:
                waits.append((seconds, reason))
                raise Waited

        with open_source(connect(tenant, vendor), wait=wait) as opened:
            pages = opened.pages()
            next(pages)
            vendor.throttle = 1
            with pytest.raises(Waited):
                list(pages)
        assert waits == [(LONGEST_LOOK, "the API limit")]
        assert vendor.throttle == 0
