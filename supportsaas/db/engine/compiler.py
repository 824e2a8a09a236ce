"""Distinguish MongoDB errors. The backend raises the same `DatabaseError` for everything but a duplicate key.

Here, a server that is unreachable or too slow raises an `OperationalError`, which PEP 249 defines for errors that are
not under the control of the programmer.
"""

from typing import Any

from django.db import DatabaseError, OperationalError
from django_mongodb_backend import compiler
from pymongo.errors import ConnectionFailure, ExecutionTimeout, PyMongoError


def is_unavailable(error: BaseException | None) -> bool:
    """Whether MongoDB was unreachable or did not answer in time."""
    return isinstance(error, ConnectionFailure | ExecutionTimeout) or (
        isinstance(error, PyMongoError) and error.timeout
    )


class _DistinguishesErrors:
    def execute_sql(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().execute_sql(*args, **kwargs)  # type: ignore[misc]
        except DatabaseError as error:
            if is_unavailable(error.__cause__):
                raise OperationalError(str(error.__cause__)) from error.__cause__
            raise


class SQLCompiler(_DistinguishesErrors, compiler.SQLCompiler): ...  # type: ignore[misc]  # the backend has no types


class SQLInsertCompiler(_DistinguishesErrors, compiler.SQLInsertCompiler): ...  # type: ignore[misc]  # the backend has no types


class SQLDeleteCompiler(_DistinguishesErrors, compiler.SQLDeleteCompiler): ...  # type: ignore[misc]  # the backend has no types


class SQLUpdateCompiler(_DistinguishesErrors, compiler.SQLUpdateCompiler): ...  # type: ignore[misc]  # the backend has no types


class SQLAggregateCompiler(_DistinguishesErrors, compiler.SQLAggregateCompiler): ...  # type: ignore[misc]  # the backend has no types
