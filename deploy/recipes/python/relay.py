"""Publishes to a relay: signed by Standard Webhooks, and again with the same ids until there is an answer.

Copy this file into an application. It needs python3-requests.
"""

import base64
import hashlib
import hmac
import json
import random
import time
import uuid

import requests

# Seconds. The relay gives up a request after 20.
TIMEOUT = (2, 25)
MAX_ATTEMPTS = 5
FIRST_PAUSE = 0.1
MAX_PAUSE = 5
# The longest pause that the relay can ask for.
MAX_RETRY_AFTER = 30
# What another attempt may mend.
TEMPORARY = {408, 429, 500, 502, 503, 504}


class NotPublished(Exception):
    """The relay refused the request, or did not answer. The message has no secret and no data in it."""

    def __init__(self, why, status=None, code="", wait=0):
        super().__init__(why)
        self.status = status
        # The relay's own; another's answer has none.
        self.code = code
        # Seconds for which the relay wants to be left alone.
        self.wait = wait


class Relay:
    """A relay that knows this application by a secret. One thread, or a lock around it: it keeps its connection."""

    def __init__(self, address, secret, attempts=MAX_ATTEMPTS):
        # .../v1/hooks/NAME
        self._address = address
        if not secret.startswith("whsec_"):
            raise ValueError("a secret begins with whsec_")
        self._key = base64.b64decode(secret[len("whsec_"):], validate=True)
        self._attempts = attempts
        self._session = requests.Session()
        # Neither proxies nor .netrc of the machine: a relay is near, and the signature is all it is to be sent.
        self._session.trust_env = False

    def publish(self, events):
        """Publishes a list of events, each with its own id, and returns the relay's result for each.

        A result has a cursor, or the code of a refusal. Raises NotPublished if the whole was refused, or all attempts
        failed: to publish the same events again, with the same ids, is safe.
        """
        body = json.dumps(events).encode()
        delivery = f"msg_{uuid.uuid4()}"
        for attempt in range(self._attempts):
            if attempt > 0:
                time.sleep(pause)
            try:
                return self._try(delivery, body, len(events))
            except NotPublished as why:
                failure = why
            if failure.status is not None and failure.status not in TEMPORARY:
                raise failure
            pause = max(min(MAX_PAUSE, FIRST_PAUSE * 2**attempt) * random.uniform(0.5, 1), failure.wait)
        raise failure

    def _try(self, delivery, body, count):
        try:
            answer = self._session.post(
                self._address, data=body, headers=self._headers(delivery, body), timeout=TIMEOUT, allow_redirects=False
            )
        except requests.RequestException as failure:
            # Without its cause, which may show what was sent.
            raise NotPublished(f"no answer: {type(failure).__name__}") from None
        asked = answer.headers.get("Retry-After", "")
        wait = min(int(asked), MAX_RETRY_AFTER) if asked.isascii() and asked.isdigit() else 0
        try:
            said = answer.json()
        except ValueError:
            said = {}
        said = said if isinstance(said, dict) else {}
        if answer.status_code != 202:
            code = str(said.get("code", ""))[:64]
            raise NotPublished(f"refused with {answer.status_code} {code}", answer.status_code, code, wait)
        results = said.get("results")
        if not isinstance(results, list) or len(results) != count:
            # What stands in front of the relay may have answered in its place.
            raise NotPublished("202 with an answer that is not a relay's", wait=wait)
        return results

    def _headers(self, delivery, body):
        timestamp = str(int(time.time()))
        signature = hmac.new(self._key, f"{delivery}.{timestamp}.".encode() + body, hashlib.sha256).digest()
        return {
            "Content-Type": "application/json",
            "webhook-id": delivery,
            "webhook-timestamp": timestamp,
            "webhook-signature": "v1," + base64.b64encode(signature).decode(),
        }
