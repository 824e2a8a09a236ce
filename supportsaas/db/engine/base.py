"""Case-insensitive lookups take their value literally. The backend would use it as a regular expression, unescaped."""

import re
from ctypes import util

# The backend looks for GDAL, a geographic library that nothing here uses. Where a compiler is installed, that search
# starts a hundred processes, which takes a third of the time that every command needs to start.
_find_library = util.find_library
util.find_library = lambda name: None
try:
    from django_mongodb_backend.base import DatabaseWrapper as BackendWrapper
    from django_mongodb_backend.operations import DatabaseOperations as BackendOperations
finally:
    util.find_library = _find_library


class DatabaseOperations(BackendOperations):  # type: ignore[misc]  # the backend has no types
    compiler_module = "supportsaas.db.engine.compiler"

    def prep_for_iexact_query(self, x: str) -> str:
        return re.escape(x)


class DatabaseWrapper(BackendWrapper):  # type: ignore[misc]  # the backend has no types
    ops_class = DatabaseOperations
