"""The JSON API, assembled from the apps. Documented at /api/docs."""

from analytics import api as analytics_api
from analytics import api_dashboard, api_work
from supportsaas.ops import health
from supportsaas.web import api_errors
from supportsaas.web.api_description import DescribedAPI
from tenants.api import tenants as tenants_api
from tenants.api.access import PersonAuth, TokenAuth
from tickets.api import alerts, circuits, corrections, imports, incidents, ingestion, notes, number_alerts, targets
from tickets.api import tickets as tickets_api

DESCRIPTION = """
Read the tickets of your tenants with their classification and statistics, and run their ingestion.

**Authentication.** Send a token with each call: `Authorization: Bearer …`. Create one in your menu under
*Your tokens*; it is shown once. A token never allows more than its user currently may do. The session of a signed-in
user works, too; calls that change something then need the header `X-CSRFToken`.

**Values.** Times are ISO 8601 in UTC. Unknown parameters, and a second value where one is expected, are rejected with
status 422 and the field in `errors`.

**Errors.** Every error is JSON with a sentence in `detail`.
"""

api = DescribedAPI(
    title="SupportSaaS",
    version="1.0",
    description=DESCRIPTION,
    auth=[TokenAuth(), PersonAuth()],
    docs_url=None,  # `templates/api/reference.html` is the page at /api/docs
    openapi_url="/api/openapi.json",
)
api_errors.install(api)
api.add_router("", health.router)
# These before /tickets/{id}.
api.add_router("", imports.router)
api.add_router("", corrections.router)
api.add_router("", notes.router)
api.add_router("", tickets_api.router)
api.add_router("", ingestion.router)
api.add_router("", circuits.router)
api.add_router("", analytics_api.router)
api.add_router("", api_dashboard.router)
api.add_router("", api_work.router)
api.add_router("", incidents.router)
api.add_router("", targets.router)
api.add_router("", alerts.router)
api.add_router("", number_alerts.router)
api.add_router("", tenants_api.router)
