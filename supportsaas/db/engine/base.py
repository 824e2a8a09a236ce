"""A search without case looks for what was typed: the backend puts it into a regular expression as it is."""

import re

from django_mongodb_backend.base import DatabaseWrapper as BackendWrapper
from django_mongodb_backend.operations import DatabaseOperations as BackendOperations


class DatabaseOperations(BackendOperations):
    compiler_module = "supportsaas.db.engine.compiler"

    def prep_for_iexact_query(self, x: str) -> str:
        return re.escape(x)


class DatabaseWrapper(BackendWrapper):
    ops_class = DatabaseOperations
