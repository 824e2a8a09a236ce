"""What MongoDB raises, told apart: the backend makes one `DatabaseError` of everything but a duplicate key.

A server that cannot be reached, or does not answer in time, is an `OperationalError`, as Python's database interface
(PEP 249) calls what is not the program's own fault.
"""

from typing import Any

from django.db import DatabaseError, OperationalError
from django_mongodb_backend import compiler
from pymongo.errors import ConnectionFailure, ExecutionTimeout, PyMongoError


def is_away(error: BaseException | None) -> bool:
    """Whether MongoDB could not be reached, or not in time."""
    return isinstance(error, ConnectionFailure | ExecutionTimeout) or (
        isinstance(error, PyMongoError) and error.timeout
    )


class _ToldApart:
    def execute_sql(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().execute_sql(*args, **kwargs)  # type: ignore[misc]
        except DatabaseError as error:
            if is_away(error.__cause__):
                raise OperationalError(str(error.__cause__)) from error.__cause__
            raise


class SQLCompiler(_ToldApart, compiler.SQLCompiler): ...  # type: ignore[misc]  # the backend has no types


class SQLInsertCompiler(_ToldApart, compiler.SQLInsertCompiler): ...  # type: ignore[misc]  # the backend has no types


class SQLDeleteCompiler(_ToldApart, compiler.SQLDeleteCompiler): ...  # type: ignore[misc]  # the backend has no types


class SQLUpdateCompiler(_ToldApart, compiler.SQLUpdateCompiler): ...  # type: ignore[misc]  # the backend has no types


class SQLAggregateCompiler(_ToldApart, compiler.SQLAggregateCompiler): ...  # type: ignore[misc]  # the backend has no types
