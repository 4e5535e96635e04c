"""Orders, in FastAPI: each is committed, then answered, and then published in the background.

    PYTHONPATH=../python DATABASE=orders.db RELAY=http://localhost:8080/v1/hooks/shop RELAY_SECRET=whsec_... \
        uvicorn app:app
"""

import logging
import os
import sqlite3
import threading
from contextlib import closing

from fastapi import BackgroundTasks, FastAPI
from pydantic import BaseModel

from relay import NotPublished, Relay

DATABASE = os.environ["DATABASE"]
log = logging.getLogger("uvicorn.error")
relay = Relay(os.environ["RELAY"], os.environ["RELAY_SECRET"])
# One publish at a time keeps the order of what is published here.
publishing = threading.Lock()
app = FastAPI()

with closing(sqlite3.connect(DATABASE)) as database, database:
    database.execute("create table if not exists orders (id integer primary key, item text not null unique)")


class Order(BaseModel):
    item: str


def tell(order, item):
    event = {
        # Of the order: if this is ever published again, it is the same event.
        "id": f"order-placed-{order}",
        "source": "/shop",
        "type": "order.placed",
        "tenant": "acme",
        "topic": f"orders.{order}",
        "data": {"order": order, "item": item},
    }
    try:
        with publishing:
            [result] = relay.publish([event])
        if "code" in result:
            log.error("order %d was refused by the relay: %s", order, result["code"])
    except NotPublished as failure:
        # Subscribers miss it until they load the orders anew. Who cannot have that takes the outbox.
        log.error("order %d was not published: %s", order, failure)


@app.post("/orders", status_code=201)
def place(order: Order, background: BackgroundTasks):
    with closing(sqlite3.connect(DATABASE)) as database:
        # This commits, or rolls back and raises; what follows is after the commit.
        with database:
            number = database.execute("insert into orders (item) values (?)", [order.item]).lastrowid
    background.add_task(tell, number, order.item)
    return {"order": number}


@app.get("/orders")
def orders():
    with closing(sqlite3.connect(DATABASE)) as database:
        return [{"order": id, "item": item} for id, item in database.execute("select id, item from orders order by id")]
