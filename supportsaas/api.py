"""The JSON API, put together from the apps; described at /api/docs."""

from analytics import api as analytics_api
from analytics import api_dashboard
from supportsaas import api_errors, health
from supportsaas.api_description import DescribedAPI
from tenants import api as tenants_api
from tenants.api_access import PersonAuth, TokenAuth
from tickets import api as tickets_api
from tickets import api_circuits, api_ingestion

api = DescribedAPI(
    title="SupportSaaS",
    version="1.0",
    description="Tickets of your tenants, what is urgent in them, and the ingestion that brings them in.",
    auth=[TokenAuth(), PersonAuth()],
    docs_url=None,  # its page loads scripts from elsewhere; ours is `api_page`
    openapi_url="/api/openapi.json",
)
api_errors.install(api)
api.add_router("", health.router)
api.add_router("", tickets_api.router)
api.add_router("", api_ingestion.router)
api.add_router("", api_circuits.router)
api.add_router("", analytics_api.router)
api.add_router("", api_dashboard.router)
api.add_router("", tenants_api.router)
