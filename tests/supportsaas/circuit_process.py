"""What the breaker's test runs in processes of their own: they need its settings alone, no apps."""

import multiprocessing


def ask_for_the_probe(database: str, ready: "multiprocessing.Barrier", answers: "multiprocessing.Queue[str]") -> None:  # type: ignore[valid-type]
    """Ask a circuit for leave at the same moment as all others; put what the answer was."""
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    from supportsaas.reliability.circuit_breaker import CircuitBreaker, Permit

    circuit = CircuitBreaker("notify")
    circuit.state()  # connected before the start
    ready.wait(60)  # type: ignore[attr-defined]
    for _ in range(5):
        permit = circuit.admit()
        answers.put(("probe" if permit.is_probe else "closed") if isinstance(permit, Permit) else "no")
