"""Orders, in Flask: each is committed and then published before it is answered, so the answer says whether it was.

    PYTHONPATH=../python DATABASE=orders.db RELAY=http://localhost:8080/v1/hooks/shop RELAY_SECRET=whsec_... \
        flask --app app run
"""

import os
import sqlite3
import threading
from contextlib import closing

from flask import Flask, jsonify, request

from relay import NotPublished, Relay

DATABASE = os.environ["DATABASE"]
app = Flask(__name__)
# Two attempts, as somebody waits for the answer.
relay = Relay(os.environ["RELAY"], os.environ["RELAY_SECRET"], attempts=2)
# One publish at a time keeps the order of what is published here.
publishing = threading.Lock()

with closing(sqlite3.connect(DATABASE)) as database, database:
    database.execute("create table if not exists orders (id integer primary key, item text not null unique)")


def tell(order, item):
    """Whether subscribers are going to see it."""
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
            app.logger.error("order %d was refused by the relay: %s", order, result["code"])
        return "cursor" in result
    except NotPublished as failure:
        # The order is committed all the same, so this is no failure of the request.
        app.logger.error("order %d was not published: %s", order, failure)
        return False


@app.post("/orders")
def place():
    item = request.get_json()["item"]
    with closing(sqlite3.connect(DATABASE)) as database:
        # This commits, or rolls back and raises; what follows is after the commit.
        with database:
            order = database.execute("insert into orders (item) values (?)", [item]).lastrowid
    return jsonify(order=order, published=tell(order, item)), 201


@app.get("/orders")
def orders():
    with closing(sqlite3.connect(DATABASE)) as database:
        rows = database.execute("select id, item from orders order by id").fetchall()
    return jsonify([{"order": id, "item": item} for id, item in rows])
