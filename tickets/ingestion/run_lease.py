"""What a run holds while it works: the tenant's lock, the job's lease, and its slot in the worker.

A thread refreshes lock and lease by time, however slow the helpdesk is. Every step asks `check()` between two
pieces of work and waits through `wait()`; both raise as soon as the run has to stop.
"""

import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType

from supportsaas.db import mongo
from supportsaas.ops import logs
from supportsaas.reliability.lock import TIME_TO_LIVE_SECONDS, HeldLock, Lock, LockLost
from tickets import jobs
from tickets.ingestion.bounds import RunBounds, RunOver
from tickets.ingestion.run_slots import Slot
from tickets.planning.stored_pages import LOCK_OWNER

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 10.0
LONGEST_REWRITE_SECONDS = TIME_TO_LIVE_SECONDS + 10.0
_REWRITE_SLICE_SECONDS = 0.25
LONGEST_SLICE_SECONDS = 1.0
Sleep = Callable[[float], None]


class RunCancelled(Exception):
    """Somebody asked the run to stop; what is stored stays."""


class LockBusy(Exception):
    """Another run holds the tenant's lock."""


class RunLease:
    """Context manager: takes the lock (raises `LockBusy`), keeps it fresh and releases it."""

    def __init__(
        self,
        *,
        tenant_id: str,
        job_id: str,
        owner_id: str,
        progress: jobs.Progress,
        bounds: RunBounds | None = None,
        slot: Slot | None = None,
        stop: threading.Event | None = None,
        sleep: Sleep = time.sleep,
        listener: Callable[[jobs.Progress], None] | None = None,
    ) -> None:
        self.lock = Lock(tenant_id)
        self._job_id = job_id
        self._owner_id = owner_id
        self._progress = progress
        self._bounds = bounds
        self._slot = slot
        self._stop = stop or threading.Event()
        self._sleep = sleep
        self._listener = listener
        self._cancelled = threading.Event()
        self._lost = threading.Event()
        self._ended = threading.Event()
        self._abandoned = threading.Event()
        self._held: HeldLock | None = None
        self._heart = threading.Thread(target=logs.carried(self._beat), name=f"heartbeat-{tenant_id}", daemon=True)

    @property
    def held(self) -> HeldLock:
        assert self._held is not None
        return self._held

    def __enter__(self) -> "RunLease":
        self._held = self._take()
        if self._held is None:
            raise LockBusy(f"Another run holds the lock of “{self.lock.name}”.")
        self._heart.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._heart.join()
        try:
            self.lock.release(self.held)
        except mongo.UNAVAILABLE:
            logger.warning("The lock of %s could not be released; it expires by itself.", self.lock.name)

    def _take(self) -> HeldLock | None:
        """The lock. Waits while a page of stored tickets is changed, and until that lock expires if its process was killed."""
        held = self.lock.take(self._owner_id)
        waited = 0.0
        while held is None and waited < LONGEST_REWRITE_SECONDS:
            if not (self.lock.state().owner_id or LOCK_OWNER).startswith(LOCK_OWNER):
                return None
            self.report("Waiting while stored tickets are updated")
            jobs.heartbeat(self._job_id, owner_id=self._owner_id)
            self._sleep(_REWRITE_SLICE_SECONDS)
            waited += _REWRITE_SLICE_SECONDS
            held = self.lock.take(self._owner_id)
        return held

    def check(self) -> None:
        """Raise `RunCancelled`, `RunOver` or `LockLost` if the run has to stop."""
        if self._lost.is_set():
            raise LockLost(f"The lock “{self.lock.name}” was lost.")
        if self._cancelled.is_set() or self._stop.is_set() or self._abandoned.is_set():
            raise RunCancelled
        if self._bounds:
            self._bounds.check_time()
        if self._slot and self._slot.has_to_end:
            raise RunOver(
                "gave_way",
                "Too many runs are waiting, so this one ended to let others start. The tickets imported so far are "
                "kept, and the next run continues where it stopped.",
            )

    def yield_slot(self) -> None:
        """At a page boundary: pause if other runs wait for the slot; raises as `check` does."""
        if self._slot:
            self._slot.wait_until_running(lambda: self.report("Paused while other runs have the slot"))
        self.check()

    def abandon(self) -> None:
        """The run is over for another reason: whatever still waits stops waiting."""
        self._abandoned.set()

    def report(self, note: str = "") -> None:
        """Store the progress, notify the listener, and check whether to stop."""
        self._progress.note = note
        if jobs.save_progress(self._job_id, self._progress, owner_id=self._owner_id):
            self._cancelled.set()
        if self._listener:
            self._listener(self._progress)
        self.check()

    def wait(self, seconds: float, reason: str) -> None:
        """Wait in short slices and report what for; raises as `check` does."""
        left = seconds
        while left > 0:
            self.report(f"Waiting {max(round(left), 1)} s for {reason}")
            slice_ = min(left, LONGEST_SLICE_SECONDS)
            self._sleep(slice_)
            left -= slice_
        self.check()

    def _beat(self) -> None:
        while not self._ended.wait(HEARTBEAT_SECONDS):
            try:
                self._held = self.lock.refresh(self.held)
                if jobs.heartbeat(self._job_id, owner_id=self._owner_id):
                    self._cancelled.set()
            except (LockLost, jobs.JobLost):
                self._lost.set()
                return
            except mongo.UNAVAILABLE as error:
                logger.warning("The heartbeat of %s failed and is tried again: %s", self.lock.name, error)
