"""The JSON API, put together from the apps; described at /api/docs."""

from analytics import api as analytics_api
from analytics import api_dashboard
from supportsaas.ops import health
from supportsaas.web import api_errors
from supportsaas.web.api_description import DescribedAPI
from tenants.api import tenants as tenants_api
from tenants.api.access import PersonAuth, TokenAuth
from tickets.api import circuits, ingestion
from tickets.api import tickets as tickets_api

DESCRIPTION = """
Tickets of your tenants, what is urgent in them, and the ingestion that brings them in.

**Access.** A program sends a token with each call: `Authorization: Bearer …`. Create one in your menu under
*Your tokens*; it is shown once. A token never allows more than its person may do at that moment. A person's
session works too; a call that changes something then needs the header `X-CSRFToken`.

**Values.** Times are ISO 8601 in UTC. An unknown parameter is refused, and so is a second value where one is
expected: status 422, with the field in `errors`.

**Errors.** Every refusal is JSON with a sentence in `detail`.
"""

api = DescribedAPI(
    title="SupportSaaS",
    version="1.0",
    description=DESCRIPTION,
    auth=[TokenAuth(), PersonAuth()],
    docs_url=None,  # the page at /api/docs is `templates/api/reference.html`
    openapi_url="/api/openapi.json",
)
api_errors.install(api)
api.add_router("", health.router)
api.add_router("", tickets_api.router)
api.add_router("", ingestion.router)
api.add_router("", circuits.router)
api.add_router("", analytics_api.router)
api.add_router("", api_dashboard.router)
api.add_router("", tenants_api.router)
