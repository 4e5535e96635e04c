"""Publishing to the relay, signed as Standard Webhooks has it."""

import base64
import hashlib
import hmac
import json
import logging
import os
import time
import urllib.error
import urllib.request
import uuid

TIMEOUT_SECONDS = 2
ATTEMPTS = 2
# As in relay.yaml; everybody can read it here.
EXAMPLE = "whsec_ZXhhbXBsZS1zZWNyZXQtb2YtdGhlLXdvcmtlcnMtYXBp"

log = logging.getLogger("relay")
address = os.environ.get("RELAY_URL", "http://127.0.0.1:8131") + "/v1/hooks/api"
key = base64.b64decode(os.environ.get("RELAY_SECRET", EXAMPLE).removeprefix("whsec_"))


def broadcast_event(event_type, data, worker="all", source="/workers", roles=None):
    """Sends one event to all who may see it: that is all it takes to add another.

    It is called when what it tells of is done. A relay that is not there undoes nothing, so this raises nothing. The
    second attempt has the id of the first: the relay stores the event once, even if only the answer was lost.
    """
    event = {"type": event_type, "source": source, "topic": f"workers.{worker}", "data": data}
    if roles:
        event["roles"] = roles
    id, body = str(uuid.uuid4()), json.dumps(event).encode()
    trouble = None
    for _ in range(ATTEMPTS):
        try:
            with urllib.request.urlopen(signed(id, body), timeout=TIMEOUT_SECONDS):
                return
        except urllib.error.HTTPError as refusal:
            trouble = f"{refusal.code} {refusal.read(500).decode(errors='replace')}"
            if refusal.code < 500 and refusal.code != 429:
                break  # It would be refused again.
        except OSError as failure:
            trouble = failure
    log.warning("not published: %s %s: %s", event_type, id, trouble)


def signed(id, body):
    at = str(int(time.time()))
    signature = hmac.new(key, f"{id}.{at}.".encode() + body, hashlib.sha256).digest()
    headers = {
        "Content-Type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": at,
        "webhook-signature": "v1," + base64.b64encode(signature).decode(),
    }
    return urllib.request.Request(address, data=body, headers=headers)
