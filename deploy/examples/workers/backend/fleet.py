"""The workers, what happens to them, and how that is told to pages."""

import random
import secrets
import threading
from dataclasses import asdict, dataclass, field

from relay import broadcast_event

REGIONS = ("eu", "us")


@dataclass
class Worker:
    name: str
    region: str
    id: str = field(default_factory=lambda: secrets.token_hex(4))
    status: str = "stopped"
    labs: int = 0
    cpu: int = 0
    memory: int = 0

    @property
    def address(self):
        return f"10.{REGIONS.index(self.region)}.0.{int(self.id[:2], 16)}"


# What happened, in the words of the domain.
@dataclass
class Created:
    worker: Worker


@dataclass
class StatusChanged:
    worker: Worker
    before: str


@dataclass
class Measured:
    worker: Worker


@dataclass
class LabsChanged:
    worker: Worker


@dataclass
class Terminated:
    worker: Worker


# How pages are told of it. Each is one line, and one line of on(...) in the page.
HANDLERS = {
    Created: lambda e: ("worker.created", {**summary(e.worker), "address": e.worker.address}),
    StatusChanged: lambda e: ("worker.status.updated", {"id": e.worker.id, "name": e.worker.name, "status": e.worker.status, "before": e.before}),
    Measured: lambda e: ("worker.metrics.updated", {"id": e.worker.id, "cpu": e.worker.cpu, "memory": e.worker.memory, "labs": e.worker.labs}),
    LabsChanged: lambda e: ("worker.labs.updated", {"id": e.worker.id, "labs": e.worker.labs}),
    Terminated: lambda e: ("worker.terminated", {"id": e.worker.id, "name": e.worker.name}),
}


def summary(worker):
    return asdict(worker)


def audience(region):
    """The roles that see a region."""
    return ["admin", f"region-{region}"]


def tell(happened):
    event_type, data = HANDLERS[type(happened)](happened)
    worker = happened.worker
    broadcast_event(event_type, data, worker.id, f"/workers/{worker.id}", audience(worker.region))


class Fleet:
    """All workers. Every change is made under the lock, and told after it."""

    def __init__(self):
        self._lock = threading.Lock()
        self._workers = {}

    def seen_by(self, roles):
        with self._lock:
            return [worker for worker in self._workers.values() if set(audience(worker.region)) & set(roles)]

    def find(self, id, roles):
        return next((worker for worker in self.seen_by(roles) if worker.id == id), None)

    def create(self, name, region):
        worker = Worker(name, region)
        with self._lock:
            self._workers[worker.id] = worker
        tell(Created(worker))
        return worker

    def set_status(self, worker, status):
        with self._lock:
            before, worker.status = worker.status, status
        if before != status:
            tell(StatusChanged(worker, before))

    def set_labs(self, worker, labs):
        with self._lock:
            worker.labs = labs
        tell(LabsChanged(worker))

    def measure(self, worker):
        """The same for the button and for the job that runs by itself."""
        with self._lock:
            load = 5 + 12 * worker.labs if worker.status == "running" else 0
            worker.cpu = min(100, load + random.randint(0, 9)) if load else 0
            worker.memory = min(100, 10 + 8 * worker.labs + random.randint(0, 3)) if load else 0
        tell(Measured(worker))

    def measure_running(self):
        with self._lock:
            running = [worker for worker in self._workers.values() if worker.status == "running"]
        for worker in running:
            self.measure(worker)

    def terminate(self, worker):
        with self._lock:
            self._workers.pop(worker.id, None)
        tell(Terminated(worker))
