"""The worker: runs queued jobs, several at a time, on any number of machines, and the periodic tasks."""

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

from django.conf import settings

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.ops import logs, periodic_tasks
from supportsaas.ops.process_name import process_name
from tenants.models import Tenant
from tickets import jobs
from tickets.classification.vocabularies.registry import forget_terms
from tickets.ingestion.quarantined_source import QuarantineSource
from tickets.ingestion.run import Outcome, ingest_tenant
from tickets.ingestion.run_slots import OPEN_RUNS_PER_SLOT, RunSlots, Slot
from tickets.ingestion.uploaded_import import UploadedSource
from tickets.jobs import JobRequest, Progress

logger = logging.getLogger(__name__)

COLLECTION = "workers"
POLL_SECONDS = 0.5
SIGN_OF_LIFE_SECONDS = 10.0
SILENT_AFTER = timedelta(seconds=45)


class Worker:
    """Runs up to `concurrency` jobs at the same time until `stop` is set; then ends them at a safe point.

    If more are queued, a run pauses once its time slice of `slice_seconds` is over (see `RunSlots`).
    """

    def __init__(
        self, *, concurrency: int = 4, stop: threading.Event | None = None, slice_seconds: float | None = None
    ) -> None:
        self.concurrency = concurrency
        self._slots = RunSlots(
            concurrency, slice_seconds=settings.WORKER_TURN_SECONDS if slice_seconds is None else slice_seconds
        )
        self.stop = stop or threading.Event()
        self.name = process_name()
        self._running: dict[Future[Outcome], tuple[str, Slot]] = {}
        self._last_sign: datetime | None = None

    def run(self) -> None:
        """Work until `stop` is set; an unreachable database is waited out."""
        tasks = [
            threading.Thread(target=periodic_tasks.repeat, args=(task, self.stop), name=f"task-{task.name}")
            for task in periodic_tasks.find_tasks()
        ]
        for thread in tasks:
            thread.start()
        with ThreadPoolExecutor(self.concurrency * OPEN_RUNS_PER_SLOT, thread_name_prefix="job") as pool:
            while not self.stop.is_set():
                self._collect()
                try:
                    self._give_sign_of_life()
                    self._start_jobs(pool)
                except mongo.UNAVAILABLE as error:
                    logger.warning("MongoDB is unavailable, trying again: %s", error)
                self.stop.wait(POLL_SECONDS)
        for thread in tasks:
            thread.join()
        self._collect()
        self._sign_off()

    def run_pending(self) -> int:
        """Run all queued jobs one after the other in this thread; how many. For one-off use."""
        count = 0
        while (job := jobs.claim_next(self.name)) is not None:
            self._run_job(job)
            count += 1
        return count

    def _start_jobs(self, pool: ThreadPoolExecutor) -> None:
        while not self.stop.is_set() and (self._slots.is_quiet or self._slots.share(_queued_for())):
            job = jobs.claim_next(self.name)
            if job is None:
                return
            slot = self._slots.begin()
            self._running[pool.submit(self._run_job, job, slot)] = job["_id"], slot

    def _run_job(self, job: Document, slot: Slot | None = None) -> Outcome:
        with logs.about(job=job["_id"], tenant=job["tenant_id"]):
            return self._run(job, slot)

    def _run(self, job: Document, slot: Slot | None) -> Outcome:
        tenant = Tenant.objects.filter(slug=job["tenant_id"]).first()
        if tenant is None:
            error = {"code": "misconfigured", "message": "The tenant no longer exists."}
            jobs.finish(job["_id"], owner_id=self.name, status="failed", progress=Progress(), error=error)
            return Outcome(job["_id"], job["tenant_id"], "failed", Progress(), error)
        request = JobRequest(trigger=job["trigger"], started_by=job["started_by"], **job["options"])
        logger.info("Ingestion of %s started", tenant.slug)
        outcome = self._ingest(tenant, request, job_id=job["_id"], slot=slot)
        logger.info("Ingestion of %s ended as %s: %s", tenant.slug, outcome.status, outcome.progress.counts.as_dict())
        return outcome

    def _ingest(self, tenant: Tenant, request: JobRequest, *, job_id: str, slot: Slot | None) -> Outcome:
        if request.kind == "import":
            return self._import(tenant, request, job_id=job_id, slot=slot)
        if request.kind != "retry":
            return ingest_tenant(tenant, request, job_id=job_id, owner_id=self.name, stop=self.stop, slot=slot)
        rejected = QuarantineSource(tenant, job_id=job_id, keys=request.records)
        return ingest_tenant(
            tenant,
            request,
            job_id=job_id,
            owner_id=self.name,
            stop=self.stop,
            slot=slot,
            listener=rejected.settle,
            open_source=lambda *_: rejected,
        )

    def _import(self, tenant: Tenant, request: JobRequest, *, job_id: str, slot: Slot | None) -> Outcome:
        uploaded = UploadedSource(tenant, request.upload)
        try:
            return ingest_tenant(
                tenant,
                request,
                job_id=job_id,
                owner_id=self.name,
                stop=self.stop,
                slot=slot,
                open_source=uploaded.open,
                origin=uploaded.origin,
            )
        finally:
            try:
                uploaded.close()
            except mongo.UNAVAILABLE as error:
                logger.warning("An uploaded file is left to expire: %s", error)

    def _collect(self) -> None:
        for future in [future for future in self._running if future.done()]:
            job_id, slot = self._running.pop(future)
            self._slots.leave(slot)
            if error := future.exception():
                logger.error("Job %s ended with an exception", job_id, exc_info=error)

    def _give_sign_of_life(self) -> None:
        now = clock.now()
        if not _has_passed(SIGN_OF_LIFE_SECONDS, self._last_sign, now):
            return
        mongo.collection(COLLECTION).update_one({"_id": self.name}, {"$set": {"seen_at": now}}, upsert=True)
        jobs.end_lost_jobs(now=now)
        self._last_sign = now

    def _sign_off(self) -> None:
        try:
            mongo.collection(COLLECTION).delete_one({"_id": self.name})
        except mongo.UNAVAILABLE:
            logger.warning("The worker's entry could not be removed; it expires by itself.")


def _queued_for() -> float | None:
    """How many seconds the first queued job has waited; None if there is none."""
    since = jobs.queued_since()
    return None if since is None else (clock.now() - since).total_seconds()


def _has_passed(seconds: float, since: datetime | None, now: datetime) -> bool:
    return since is None or now - since >= timedelta(seconds=seconds)


def find_workers(*, now: datetime | None = None) -> dict[str, datetime]:
    """Workers that gave a sign of life within `SILENT_AFTER`, and when, by name."""
    now = now or clock.now()
    found = mongo.collection(COLLECTION).find({"seen_at": {"$gt": now - SILENT_AFTER}}).sort("_id", 1)
    return {each["_id"]: each["seen_at"] for each in found}


def count_workers(*, now: datetime | None = None) -> int:
    """How many workers gave a sign of life within `SILENT_AFTER`."""
    now = now or clock.now()
    return mongo.collection(COLLECTION).count_documents({"seen_at": {"$gt": now - SILENT_AFTER}})


def run_tasks_after_ingestion(stop: threading.Event) -> None:
    """At the end of a command that ingests: do at once what a worker would do, if no worker is running."""
    try:
        if count_workers() == 0:
            forget_terms()  # finding topics takes as much memory as they do
            periodic_tasks.run_after_ingestion(stop)
    except mongo.UNAVAILABLE as error:
        logger.warning("MongoDB is unavailable, so the tasks after this run are left to the next one: %s", error)
