"""The shared circuit breaker on a real server: all transitions with a fake clock, and eight processes at once."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from supportsaas.db import mongo
from supportsaas.reliability import circuit_breaker
from supportsaas.reliability.circuit_breaker import CircuitBreaker, Denied, Permit
from tests import processes
from tests.conftest import FakeClock

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def circuit(clock: FakeClock) -> CircuitBreaker:
    return CircuitBreaker("notify", clock=clock)


def leave(circuit: CircuitBreaker) -> Permit:
    permit = circuit.admit()
    assert isinstance(permit, Permit)
    return permit


def refusal(circuit: CircuitBreaker) -> Denied:
    answer = circuit.admit()
    assert isinstance(answer, Denied)
    return answer


def go(circuit: CircuitBreaker, results: str) -> None:
    """Send requests in sequence: `.` succeeds, `x` fails."""
    for each in results:
        circuit.record(leave(circuit), ok=each == ".")


def test_an_unused_circuit_is_closed(circuit: CircuitBreaker) -> None:
    state = circuit.state()
    assert (state.state, state.failure_count, state.success_count) == ("closed", 0, 0)
    assert (state.recent_failure_rate, state.opened_at, state.retry_after) == (0.0, None, None)
    assert not leave(circuit).is_probe


@pytest.mark.parametrize("results", ["xxxxx", "x.x.x.x.x", ".....xxxxx", "xxxx......xxxx.x"])
def test_the_fifth_failure_of_the_last_ten_opens(circuit: CircuitBreaker, clock: FakeClock, results: str) -> None:
    go(circuit, results[:-1])
    assert circuit.state().state == "closed"
    assert circuit.record(leave(circuit), ok=False) == "opened"
    state = circuit.state()
    assert (state.state, state.failure_count, state.opened_at) == ("open", 5, clock())
    assert state.retry_after == 30


@pytest.mark.parametrize("results", ["xxxx", "xxxx......xxxx......xxxx", "x..x..x..x..x..x..x"])
def test_four_failures_of_ten_leave_it_closed(circuit: CircuitBreaker, results: str) -> None:
    go(circuit, results)
    assert circuit.state().state == "closed"


def test_an_open_circuit_admits_no_request(circuit: CircuitBreaker, clock: FakeClock) -> None:
    go(circuit, "xxxxx")
    assert refusal(circuit).wait_seconds == pytest.approx(30)
    clock.advance(seconds=29, milliseconds=999)
    assert refusal(circuit).wait_seconds == pytest.approx(0.001)


def test_after_thirty_seconds_the_first_request_is_the_only_probe(circuit: CircuitBreaker, clock: FakeClock) -> None:
    go(circuit, "xxxxx")
    clock.advance(seconds=30)
    assert leave(circuit).is_probe
    assert circuit.state().state == "half_open"
    refusal(circuit)
    clock.advance(seconds=59)
    refusal(circuit)


def test_one_success_closes_and_the_failures_before_are_forgotten(circuit: CircuitBreaker, clock: FakeClock) -> None:
    go(circuit, "xxxxx")
    clock.advance(seconds=30)
    assert circuit.record(leave(circuit), ok=True) == "closed"
    state = circuit.state()
    assert (state.state, state.failure_count, state.success_count, state.opened_at) == ("closed", 0, 1, None)
    assert state.well_since == clock()
    go(circuit, "xxxx")
    assert circuit.state().state == "closed"


def test_one_failed_probe_opens_again_for_thirty_seconds(circuit: CircuitBreaker, clock: FakeClock) -> None:
    began = clock()
    go(circuit, "xxxxx")
    clock.advance(seconds=30)
    assert circuit.record(leave(circuit), ok=False) == "opened"
    assert circuit.state().opened_at == clock()
    assert circuit.state().failing_since == began, "it has been failing all the time"
    clock.advance(seconds=29)
    refusal(circuit)
    clock.advance(seconds=1)
    assert leave(circuit).is_probe


def test_the_probe_of_a_crashed_process_goes_to_exactly_one_other(circuit: CircuitBreaker, clock: FakeClock) -> None:
    go(circuit, "xxxxx")
    clock.advance(seconds=30)
    dead = leave(circuit)
    clock.advance(seconds=60)
    probe = leave(circuit)
    assert probe.is_probe
    refusal(circuit)
    assert circuit.record(dead, ok=True) is None, "it slept past its time, and another one asks now"
    assert circuit.state().state == "half_open"
    assert circuit.record(probe, ok=False) == "opened"


def test_a_probe_that_nobody_could_use_goes_to_the_next_at_once(circuit: CircuitBreaker, clock: FakeClock) -> None:
    go(circuit, "xxxxx")
    clock.advance(seconds=30)
    circuit.give_back(leave(circuit))
    assert circuit.state().state == "open"
    assert leave(circuit).is_probe


def test_requests_sent_before_the_circuit_opened_do_not_count_later(circuit: CircuitBreaker, clock: FakeClock) -> None:
    late = [leave(circuit) for _ in range(7)]
    go(circuit, "xxxxx")
    assert circuit.record(late.pop(), ok=True) is None
    assert circuit.state().state == "open"
    clock.advance(seconds=30)
    probe = leave(circuit)
    assert circuit.record(late.pop(), ok=True) is None
    assert circuit.state().state == "half_open"
    circuit.record(probe, ok=True)
    for permit in late:
        circuit.record(permit, ok=False)
    assert (circuit.state().state, circuit.state().failure_count) == ("closed", 0)


def test_an_endpoint_that_asks_for_a_pause_gets_it_in_every_state(circuit: CircuitBreaker, clock: FakeClock) -> None:
    circuit.record(leave(circuit), ok=False, hold_back=12)
    assert refusal(circuit).wait_seconds == pytest.approx(12)
    clock.advance(seconds=12)
    go(circuit, "xxx")
    circuit.record(leave(circuit), ok=False, hold_back=45)
    clock.advance(seconds=44)
    assert refusal(circuit).wait_seconds == pytest.approx(1)
    clock.advance(seconds=1)
    assert leave(circuit).is_probe


def test_a_user_can_close_a_circuit_at_once(circuit: CircuitBreaker, clock: FakeClock) -> None:
    circuit.record(leave(circuit), ok=False, hold_back=900)
    circuit.reset()
    go(circuit, "xxxxx")
    circuit.reset()
    state = circuit.state()
    assert (state.state, state.failure_count, state.success_count) == ("closed", 0, 0)
    assert not leave(circuit).is_probe


def test_the_last_ten_results_stay_to_be_seen_newest_first(circuit: CircuitBreaker, clock: FakeClock) -> None:
    for number in range(12):
        circuit.record(leave(circuit), ok=True, seconds=number / 10, note=f"$answer {number}")
        clock.advance(seconds=1)
    results = circuit.state().results
    assert [each.note for each in results] == [f"$answer {number}" for number in range(11, 1, -1)]
    assert results[0].seconds == 1.1 and results[0].ok


def test_a_server_clock_that_goes_back_does_not_end_a_pause_early(circuit: CircuitBreaker, clock: FakeClock) -> None:
    go(circuit, "xxxxx")
    clock.advance(seconds=-300)
    assert refusal(circuit).wait_seconds == pytest.approx(30)
    clock.advance(seconds=329)
    refusal(circuit)
    clock.advance(seconds=1)
    assert leave(circuit).is_probe


def test_circuits_of_two_endpoints_are_independent(clock: FakeClock) -> None:
    go(CircuitBreaker("one", clock=clock), "xxxxx")
    assert not leave(CircuitBreaker("other", clock=clock)).is_probe


@dataclass
class SlowModel:
    """The same rules in a simple, slow form: it evaluates the whole history each time."""

    now: datetime
    state: str = "closed"
    opened_at: datetime | None = None
    probe: tuple[str, datetime] | None = None
    held_until: datetime | None = None
    permits: dict[str, bool] = field(default_factory=dict)
    """For each request in progress, whether its result counts."""
    counted: list[bool] = field(default_factory=list)

    def may(self) -> str:
        if self.held_until is not None and self.now < self.held_until:
            return "no"
        if self.state == "closed":
            return "yes"
        if self.state == "open":
            assert self.opened_at is not None
            return "probe" if self.now >= self.opened_at + timedelta(seconds=30) else "no"
        assert self.probe is not None
        return "probe" if self.now >= self.probe[1] else "no"

    def forget_those_under_way(self) -> None:
        self.permits = dict.fromkeys(self.permits, False)

    def open(self) -> None:
        self.state, self.opened_at, self.probe = "open", self.now, None
        self.forget_those_under_way()

    def close(self, counted: list[bool]) -> None:
        self.state, self.opened_at, self.probe, self.counted = "closed", None, None, counted
        self.forget_those_under_way()

    def answer(self, id_: str, ok: bool) -> None:
        counts = self.permits.pop(id_)
        if self.state == "half_open" and self.probe is not None and self.probe[0] == id_:
            self.close([True]) if ok else self.open()
        elif self.state == "closed" and counts:
            self.counted.append(ok)
            if self.counted[-10:].count(False) >= 5:
                self.open()


class AgainstTheModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        mongo.collection(circuit_breaker.COLLECTION).delete_many({})
        self.clock = FakeClock(datetime(2026, 3, 10, 12, tzinfo=UTC))
        self.circuit = CircuitBreaker("notify", clock=self.clock)
        self.model = SlowModel(self.clock())
        self.under_way: list[Permit] = []

    @rule(seconds=st.sampled_from([0.001, 1, 15, 29.999, 30, 60, 3600]))
    def time_passes(self, seconds: float) -> None:
        self.model.now = self.clock.advance(seconds=seconds)

    @rule()
    def ask(self) -> None:
        expected = self.model.may()
        answer = self.circuit.admit()
        if isinstance(answer, Denied):
            assert expected == "no"
            assert answer.wait_seconds > 0
            return
        assert expected == ("probe" if answer.is_probe else "yes")
        self.under_way.append(answer)
        self.model.permits[answer.id] = expected == "yes"
        if answer.is_probe:
            self.model.state, self.model.probe = "half_open", (answer.id, self.model.now + timedelta(seconds=60))

    @rule(which=st.integers(0, 5), ok=st.booleans(), hold_back=st.sampled_from([None, None, None, 40.0]))
    def be_answered(self, which: int, ok: bool, hold_back: float | None) -> None:
        if not self.under_way:
            return
        permit = self.under_way.pop(which % len(self.under_way))
        before = self.model.state
        self.model.answer(permit.id, ok)
        if hold_back:
            until = self.model.now + timedelta(seconds=hold_back)
            self.model.held_until = max(self.model.held_until or until, until)
        change = self.circuit.record(permit, ok=ok, hold_back=hold_back)
        expected = {"open": "opened", "closed": "closed"}.get(self.model.state) if before != self.model.state else None
        assert change == expected

    @rule(results=st.lists(st.booleans(), min_size=1, max_size=8))
    def be_answered_at_once(self, results: list[bool]) -> None:
        """Several in a row, so that circuits open often."""
        for ok in results:
            before = len(self.under_way)
            self.ask()
            if len(self.under_way) > before:
                self.be_answered(before, ok, None)

    @rule(which=st.integers(0, 5))
    def give_back(self, which: int) -> None:
        if not self.under_way:
            return
        permit = self.under_way.pop(which % len(self.under_way))
        self.circuit.give_back(permit)
        del self.model.permits[permit.id]
        if self.model.probe is not None and self.model.probe[0] == permit.id:
            self.model.state, self.model.probe = "open", None

    @rule()
    def be_reset(self) -> None:
        self.circuit.reset()
        self.model.held_until = None
        self.model.close([])

    @invariant()
    def is_what_the_model_says(self) -> None:
        state = self.circuit.state()
        last = self.model.counted[-10:]
        assert (state.state, state.opened_at) == (self.model.state, self.model.opened_at)
        assert (state.failure_count, state.success_count) == (last.count(False), last.count(True))


def test_the_circuit_breaker_behaves_like_a_simple_model() -> None:
    run_state_machine_as_test(
        AgainstTheModel,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_of_eight_processes_that_ask_at_once_exactly_one_is_the_probe(transactional_db: None) -> None:
    """Uses the server's clock and moves the opening half a minute back."""
    circuit = CircuitBreaker("notify")
    go(circuit, "xxxxx")
    refusal(circuit)
    earlier = {"$set": {name: {"$subtract": [f"${name}", 30_000]} for name in ("opened_at", "now")}}
    mongo.collection(circuit_breaker.COLLECTION).update_one({"_id": "notify"}, [earlier])

    program = ("-m", "tests.supportsaas.circuit_process")
    with processes.together(8, *program, env=processes.environment()) as ask:
        found = [answer for line in ask() for answer in json.loads(line)]
    assert sorted(found) == ["no"] * 39 + ["probe"]
    assert circuit.state().state == "half_open"
