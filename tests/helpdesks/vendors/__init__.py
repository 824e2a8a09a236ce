"""Simulated servers of known helpdesks, one module each, in the shapes of their vendors' documents.

Each module has a `Server`; `test_vendors.py` puts all of them through the same trials.
"""

import importlib
import pkgutil

from tests.helpdesks.vendors.vendor import Vendor

_NO_VENDORS = ("connecting", "vendor", "token_issuer")


def find_vendors() -> dict[str, type[Vendor]]:
    """The servers by kind."""
    names = [each.name for each in pkgutil.iter_modules(__path__)]
    modules = [name for name in names if name not in _NO_VENDORS and not name.startswith("test_")]
    servers = [importlib.import_module(f"{__name__}.{name}").Server for name in modules]
    return {server.kind: server for server in servers}
