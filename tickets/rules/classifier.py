"""How a tenant's tickets are classified, as it is set up now."""

from supportsaas.db import mongo
from tenants.models import Tenant
from tickets.classification.classifier import TenantClassifier
from tickets.learning.store import LearningStore
from tickets.rules.model import find_rules
from tickets.topics.store import TopicStore


def find_classifier(tenant: Tenant) -> TenantClassifier:
    """In a transaction, as the transaction sees it."""
    learned, applied = LearningStore(tenant).find_in_use(session=mongo.connection.session)
    return TenantClassifier(
        find_rules(tenant), topics=TopicStore(tenant).find_catalogue(), learned=learned, applied=applied
    )
