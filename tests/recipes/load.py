"""Customers of deploy/recipes/outbox/shop.py: they place orders, some of which are rolled back, until SIGTERM comes.

Each customer's orders are numbered in the order of placing, so a subscriber can see whether they are in order. Ends with
how many were committed, rolled back, and lost with the database, when that may have been either.
"""

import os
import random
import signal
import sys
import threading

import psycopg2

from shop import place_order

CUSTOMERS = 4
ROLLED_BACK = 0.25
RETRY = 0.05
stopped = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stopped.set())
counts = {"committed": 0, "rolled back": 0, "unsure": 0}
counting = threading.Lock()


def count(what):
    with counting:
        counts[what] += 1


def customer(name, chance, worker):
    connection = None
    number = worker
    while not stopped.is_set():
        # Never twice, whatever became of the last one. Two workers share a customer, and their numbers interleave.
        number += 2 * CUSTOMERS
        rolled_back = chance.random() < ROLLED_BACK
        try:
            connection = connection or psycopg2.connect(os.environ["DATABASE"])
            with connection.cursor() as cursor:
                place_order(cursor, number, name, "rolled back" if rolled_back else "tea")
            if rolled_back:
                connection.rollback()
            else:
                connection.commit()
            count("rolled back" if rolled_back else "committed")
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            count("unsure")
            if connection:
                connection.close()
            connection = None
            stopped.wait(RETRY)
        stopped.wait(chance.uniform(0.001, 0.01))


threads = []
for worker in range(2 * CUSTOMERS):
    seed = f"{sys.argv[1]}-{worker}"
    threads.append(threading.Thread(target=customer, args=(f"c{worker % CUSTOMERS}", random.Random(seed), worker)))
for thread in threads:
    thread.start()
print("placing", flush=True)
for thread in threads:
    while thread.is_alive():
        thread.join(0.1)
print(" ".join(f"{what}={number}" for what, number in counts.items()), flush=True)
