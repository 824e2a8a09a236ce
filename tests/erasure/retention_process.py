"""Child processes for the test of retention: workers that erase at the same time."""

import os
import signal
import threading


def main() -> None:
    """Erase until nothing is past retention, at the same time as all others, and print how many tickets that were."""
    signal.alarm(60)
    os.environ["DJANGO_SETTINGS_MODULE"] = "supportsaas.settings"
    import django

    django.setup()
    from tenants.models import Tenant
    from tickets.erasure import retention

    vars(retention)["BATCH"] = 5  # so that the processes meet often
    assert Tenant.objects.count() == 1  # connected before the start
    print("ready", flush=True)
    input()
    print(sum(retention.erase_past_retention(threading.Event()) for _ in range(200)))


if __name__ == "__main__":
    main()
