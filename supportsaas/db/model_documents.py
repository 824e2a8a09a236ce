"""Model objects straight from their MongoDB documents, for what every request reads.

The ORM takes several times longer to build a query than MongoDB takes to answer it.
"""

from typing import TypeVar

from bson import ObjectId
from bson.errors import InvalidId
from django.db import connection
from django.db.models import Model

from supportsaas.db import mongo
from supportsaas.db.mongo import Document

M = TypeVar("M", bound=Model)


def find_one(model: type[M], match: Document) -> M | None:
    """The object whose document matches a condition on its columns."""
    document = mongo.collection(model._meta.db_table).find_one(match)
    return None if document is None else from_document(model, document)


def from_document(model: type[M], document: Document) -> M:
    """The object of a document. Only for models whose fields are stored unconverted."""
    fields = model._meta.concrete_fields
    names, values = [each.attname for each in fields], [document.get(each.column) for each in fields]
    return model.from_db(connection.alias, names, values)


def object_id(key: object) -> ObjectId | None:
    """A key from an untrusted source, or None if it does not have the form of one."""
    try:
        return ObjectId(str(key))
    except InvalidId:
        return None
