"""All that the application has to do with the relay: it tells what happened, and who holds a session."""

import hashlib
import os

from flask import Blueprint, abort, g, jsonify
from relay_publisher import Publisher

TOPIC = "activities"

blueprint = Blueprint("live", __name__)
publisher = Publisher(
    os.environ.get("RELAY_URL", "http://127.0.0.1:8151"),
    "api",
    os.environ.get("RELAY_KEY", "example-key-of-the-activities-app"),
)


@blueprint.get("/internal/session")
def who_holds_the_session():
    """The relay asks this with the cookies of whoever wants a stream. It tells the holder nothing new."""
    if g.session is None:
        abort(401)
    return jsonify(
        sub=g.session["name"],
        tenant="main",
        # Its name lets nobody in.
        sid=hashlib.sha256(g.session["id"].encode()).hexdigest()[:16],
        iat=g.session["began"],
        exp=g.session["ends"],
    )


def activity_saved(name, activity):
    publisher.publish(TOPIC, "activity_saved", activity, users=[name])


def activity_deleted(name, id):
    publisher.publish(TOPIC, "activity_deleted", {"id": id}, users=[name])
