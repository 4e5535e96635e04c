"""What the application does: the order and its event are rows of one transaction, so both are there or neither."""

import json


def place_order(cursor, number, customer, item):
    """Places an order in the transaction of the cursor, which the caller commits."""
    cursor.execute("insert into orders (number, customer, item) values (%s, %s, %s)", [number, customer, item])
    cursor.execute(
        "insert into outbox (key, type, tenant, topic, data) values (%s, 'order.placed', 'acme', %s, %s)",
        [customer, f"customers.{customer}", json.dumps({"number": number, "customer": customer, "item": item})],
    )
