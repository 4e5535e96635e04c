"""Publishes the outbox: each committed row once, rows of one key in their order. Needs python3-psycopg2 and ../python.

    PYTHONPATH=../python DATABASE=dbname=shop RELAY=http://localhost:8080/v1/hooks/shop RELAY_SECRET=whsec_... \
        python3 publisher.py

It may be killed at any moment, as may the database and the relay. Several may run: one publishes, the others wait for
the lock, which the database gives on when the connection of the one is gone.
"""

import logging
import os
import random
import sys
import time

import psycopg2

from relay import NotPublished, Relay

# The lock of those who publish this outbox; any number that nobody else in this database locks.
LOCK = 0x0B0C5
BATCH = 100
# Seconds between two looks when there was nothing.
POLL = float(os.environ.get("OUTBOX_POLL", "0.2"))
# Seconds for which the relay certainly knows an id that it has seen. It remembers them for 24 hours, unless it is
# configured otherwise; this is less, by more than an attempt and the difference of two clocks.
WINDOW = int(os.environ.get("OUTBOX_WINDOW", str(23 * 3600)))
# Seconds for which published rows are kept, to look at, and between two cleanings.
KEEP = int(os.environ.get("OUTBOX_KEEP", str(7 * 86400)))
CLEAN_EVERY = 60
CLEAN_ROWS = 10_000
FIRST_PAUSE = 0.1
MAX_PAUSE = 10
# The relay's codes for a whole request that is refused for what one of its events is. No other refusal is a row's fault.
OF_AN_EVENT = {"INVALID_JSON", "INVALID_EVENT", "TOO_LARGE"}

NEXT = f"""
select id, type, tenant, topic, roles, users, data, created, attempted < now() - interval '{WINDOW} s'
from outbox where published is null and refused is null order by position limit %s
"""
log = logging.getLogger("outbox")


class Doubtful(Exception):
    """Rows were sent so long ago that the relay may not know any more whether it has them."""


def event(row):
    id, type, tenant, topic, roles, users, data, created, _ = row
    audience = {name: names for name, names in [("roles", roles), ("users", users)] if names is not None}
    return {
        "id": str(id), "source": "/shop", "type": type, "tenant": tenant, "topic": topic, "time": created.isoformat(),
        "data": data, **audience,
    }


class Outbox:
    """One connection to the database, which has the lock for as long as it lasts."""

    def __init__(self, database, relay):
        self._connection = psycopg2.connect(database, connect_timeout=5, application_name="outbox")
        self._relay = relay
        self._cleaned = float("-inf")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._connection.close()

    def _do(self, statement, values=()):
        """A transaction of one statement."""
        with self._connection, self._connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else cursor.rowcount

    def lock(self):
        # Of the session, not of a transaction: it goes with the connection, however that ends. Whoever had it before
        # may still have a request under way, which is the same events in the same order as those that we begin with.
        return self._do("select pg_try_advisory_lock(%s)", [LOCK])[0][0]

    def publish(self, most=BATCH):
        """Publishes the next rows and returns how many there were."""
        rows = self._do(NEXT, [most])
        doubtful = [str(row[0]) for row in rows if row[-1]]
        if doubtful:
            raise Doubtful(", ".join(doubtful))
        if not rows:
            return 0
        ids = [row[0] for row in rows]
        # Before it is sent, so that it is known later that it may have been.
        self._do("update outbox set attempted = now() where id = any(%s::uuid[]) and attempted is null", [ids])
        try:
            results = self._relay.publish([event(row) for row in rows])
        except NotPublished as failure:
            if failure.code not in OF_AN_EVENT:
                raise
            if len(rows) > 1:
                # One event is at fault for all: it is found when each goes alone.
                return sum(self.publish(1) for _ in rows)
            results = [{"code": failure.code}]
        self._mark([id for id, result in zip(ids, results) if "cursor" in result])
        for id, result in zip(ids, results):
            if "cursor" not in result:
                log.error("the relay refuses %s: %s", id, result.get("code"))
                self._do("update outbox set refused = %s where id = %s::uuid", [str(result.get("code")), id])
        return len(rows)

    def _mark(self, ids):
        self._do("update outbox set published = now() where id = any(%s::uuid[])", [ids])

    def clean(self):
        if time.monotonic() - self._cleaned < CLEAN_EVERY:
            return
        gone = self._do(
            "delete from outbox where id in (select id from outbox where published < now() - %s * interval '1 s' limit %s)",
            [KEEP, CLEAN_ROWS],
        )
        # There may be more.
        self._cleaned = time.monotonic() if gone < CLEAN_ROWS else float("-inf")


def main():
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    relay = Relay(os.environ["RELAY"], os.environ["RELAY_SECRET"], attempts=1)
    failures = 0
    while True:
        try:
            with Outbox(os.environ["DATABASE"], relay) as outbox:
                while not outbox.lock():
                    time.sleep(POLL)
                log.info("publishing")
                while True:
                    if outbox.publish() == 0:
                        outbox.clean()
                        time.sleep(POLL)
                    failures = 0
        except (psycopg2.OperationalError, psycopg2.InterfaceError) as failure:
            log.warning("the database: %s", type(failure).__name__)
        except NotPublished as failure:
            # With a new connection, as the lock may have gone to another one meanwhile.
            log.warning("the relay: %s", failure)
            time.sleep(failure.wait)
        except Doubtful as rows:
            sys.exit(
                f"outbox: sent over {WINDOW} s ago, and the relay may have forgotten whether it has them: {rows}. Look "
                "there, then set published, or set attempted to null to have them sent."
            )
        time.sleep(min(MAX_PAUSE, FIRST_PAUSE * 2 ** min(failures, 10)) * random.uniform(0.5, 1))
        failures += 1


if __name__ == "__main__":
    main()
