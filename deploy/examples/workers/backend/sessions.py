"""Who is logged in: sessions in memory, each under a random id that is the cookie."""

import hashlib
import hmac
import os
import secrets
import threading
import time

MOST_SESSIONS = 10_000
PEOPLE = {"ann": ["admin"], "eva": ["region-eu"], "uma": ["region-us"]}

_lifetime = int(os.environ.get("SESSION_SECONDS", "28800"))
_salt = secrets.token_bytes(16)
_lock = threading.Lock()
_sessions = {}


def _digest(password):
    return hashlib.scrypt(password.encode(), salt=_salt, n=2**12, r=8, p=1)


_password = _digest("demo")


def begin(name, password):
    """The id of a new session, or None."""
    right = hmac.compare_digest(_digest(password), _password)
    if name not in PEOPLE or not right:
        return None
    id, now = secrets.token_urlsafe(24), int(time.time())
    with _lock:
        for old in [key for key, session in _sessions.items() if session["exp"] <= now]:
            del _sessions[old]
        while len(_sessions) >= MOST_SESSIONS:
            del _sessions[next(iter(_sessions))]  # The oldest.
        _sessions[id] = {
            "sub": name, "tenant": "main", "roles": PEOPLE[name], "sid": secrets.token_hex(4), "iat": now, "exp": now + _lifetime,
        }
    return id


def find(id):
    with _lock:
        session = _sessions.get(id)
    return session if session and session["exp"] > time.time() else None


def end(id):
    with _lock:
        _sessions.pop(id, None)
