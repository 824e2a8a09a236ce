"""A pytest plugin: how the tests are shared among the processes that run them, each module to one of them."""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

LONG_ONES = (
    "/faults/",
    "/browser/",
    "/operations/",
    "/test_start.py",
    "/test_description.py",
    "/test_tenant_isolation.py",
)
"""Begun first, so that at the end the short ones fill up whatever time there is."""


class ByModule(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist has no types
    def _split_scope(self, nodeid: str) -> str:
        """All that need a browser go to one process: starting one takes as long as many tests."""
        return "browser" if nodeid.startswith("tests/browser/") else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    return ByModule(config, log) if config.getoption("dist") == "loadscope" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def is_short(item: pytest.Item) -> bool:
        return not any(name in item.path.as_posix() for name in LONG_ONES)

    items.sort(key=lambda item: ("/browser/" not in item.path.as_posix(), is_short(item)))
