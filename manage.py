#!/usr/bin/env python
"""Django's command line. `manage.py help` lists the commands."""

import os
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def open_missing_streams() -> None:
    """Redirect standard streams that the caller has closed (`>&-`) to the null device."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115


def main() -> None:
    open_missing_streams()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportsaas.settings")
    from supportsaas.ops import demo_environment

    try:
        if sys.argv[1:2] == ["demo"]:
            # The demo creates its own secrets, and the settings must find them.
            demo_environment.create()
        from django.conf import settings
        from django.core.management import execute_from_command_line

        settings.configured or settings.INSTALLED_APPS  # noqa: B018  invalid environment variables raise here
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
