"""Thin events: each says what has changed, and pages fetch it by their replication."""

import json
import logging
import os
import urllib.error
import urllib.request
import uuid

TIMEOUT_SECONDS = 2
ATTEMPTS = 2

log = logging.getLogger("relay")
hook = os.environ.get("RELAY_URL", "http://127.0.0.1:8141") + "/v1/hooks/api"
key = os.environ.get("RELAY_KEY", "example-key-of-the-wishlist-api")
headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}


def items_updated(item, people):
    publish_to_many(people, "items:updated", {"id": item["id"], "wishlist_id": item["wishlist_id"]})


def items_resolved(item, people):
    data = {"id": item["id"], "wishlist_id": item["wishlist_id"], "status": item["status"], "title": item["title"]}
    publish_to_many(people, "items:resolved", data)


def wishlists_updated(wishlist, people):
    publish_to_many(people, "wishlists:updated", {"id": wishlist["id"]})


def marks_updated(mark, viewers):
    publish_to_many(viewers, "marks:updated", {"item_id": mark["item_id"]})


def publish_to_many(people, event_type, data):
    """Publishes what is committed, and returns how many streams it was offered to.

    A relay that is not there undoes nothing, so this raises nothing. The second attempt has the id of the first: the
    relay stores the event once, even if only the answer was lost.
    """
    if not people:
        return 0  # An event without an audience would be for everybody.
    event = {"id": str(uuid.uuid4()), "topic": "sync", "type": event_type, "users": sorted(people), "data": data}
    answer = _post("?count=true", event)
    if answer is None:
        log.warning("not published: %s %s", event_type, event["id"])
        return 0
    log.info("published %s to %d streams", event_type, answer["live"])
    return answer["live"]


def connected(people):
    """Which of these have a stream open; nobody, if the relay does not say."""
    answer = _post("/presence", {"users": sorted(people)}) if people else None
    return {name for name, streams in (answer or {"streams": {}})["streams"].items() if streams}


def _post(where, body):
    """What the relay answers, or None: then the log says why."""
    trouble = None
    for _ in range(ATTEMPTS):
        try:
            with urllib.request.urlopen(
                urllib.request.Request(hook + where, json.dumps(body).encode(), headers), timeout=TIMEOUT_SECONDS
            ) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            trouble = f"{refusal.code} {refusal.read(500).decode(errors='replace')}"
            if refusal.code < 500 and refusal.code != 429:
                break  # It would be refused again.
        except OSError as failure:
            trouble = failure
    log.warning("the relay does not answer: %s", trouble)
    return None
