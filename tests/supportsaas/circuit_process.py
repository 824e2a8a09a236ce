"""Child processes for the test of the circuit breaker. They need only its settings and no apps."""

import json
import os
import signal


def main() -> None:
    """Ask the circuit for a permit at the same time as all others, and print the answers."""
    signal.alarm(60)
    os.environ["DJANGO_SETTINGS_MODULE"] = "supportsaas.settings"
    from supportsaas.reliability.circuit_breaker import CircuitBreaker, Permit

    circuit = CircuitBreaker("notify")
    circuit.state()  # connected before the start
    print("ready", flush=True)
    input()
    permits = [circuit.admit() for _ in range(5)]
    print(json.dumps([("probe" if p.is_probe else "closed") if isinstance(p, Permit) else "no" for p in permits]))


if __name__ == "__main__":
    main()
