"""Delivering alerts, as a periodic task: with what the ticket store knows about the customers they are about."""

import threading

from supportsaas.ops.periodic_tasks import periodic_task
from supportsaas.ops.process_name import process_name
from tickets.alerts.dispatcher import Dispatcher
from tickets.store.customers import count_open_tickets


@periodic_task("deliveries", every_seconds=1.0)
def deliver(stop: threading.Event) -> None:
    Dispatcher(owner=process_name(), count_open=count_open_tickets).run(stop)
