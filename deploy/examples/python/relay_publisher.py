"""Tells the relay what has changed, after the commit of the change."""

import json
import logging
import time
import urllib.error
import urllib.request
import uuid

log = logging.getLogger("relay")

ATTEMPTS = 2
TIMEOUT_SECONDS = 2.0
RETRY_SECONDS = 0.5


class Publisher:
    """The webhook of one publisher of a relay. Any thread may publish."""

    def __init__(self, relay_url, name, key):
        self._url = f"{relay_url}/v1/hooks/{name}"
        self._key = key

    def publish(self, topic, event_type, data, **attributes):
        """Publishes one event and says whether the relay has it.

        A relay that does not answer is asked once more with the same id, so that the event is there once even if the
        first answer was lost. It never raises for the relay's sake: what is committed stays committed, and the log
        says what nobody was told of.
        """
        event = {"id": str(uuid.uuid4()), "topic": topic, "type": event_type, "data": data, **attributes}
        request = urllib.request.Request(
            self._url,
            data=json.dumps(event).encode(),
            headers={"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"},
        )
        trouble = "no attempt"
        for attempt in range(ATTEMPTS):
            if attempt > 0:
                time.sleep(RETRY_SECONDS)
            try:
                with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):
                    return True
            except urllib.error.HTTPError as refusal:
                trouble = f"status {refusal.code}"
                if refusal.code < 500 and refusal.code != 429:
                    break
            except OSError as error:
                trouble = type(error).__name__
        log.warning("not published: %s on %s: %s", event_type, topic, trouble)
        return False
