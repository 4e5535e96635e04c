"""Logins: a JWT signed with the secret of the application, in a cookie, or wherever its holder puts it."""

import hashlib
import hmac
import os
import secrets
import time

import jwt

PEOPLE = ("ann", "ben", "cai")
SECONDS = int(os.environ.get("SESSION_SECONDS", "28800"))

_secret = os.environ.get("JWT_SECRET") or secrets.token_hex(32)
_salt = secrets.token_bytes(16)


def _digest(password):
    return hashlib.scrypt(password.encode(), salt=_salt, n=2**12, r=8, p=1)


_password = _digest("demo")


def begin(name, password):
    """The token of a new session, or None."""
    right = hmac.compare_digest(_digest(password), _password)
    if name not in PEOPLE or not right:
        return None
    now = int(time.time())
    claims = {"sub": name, "sid": secrets.token_hex(8), "iat": now, "exp": now + SECONDS}
    return jwt.encode(claims, _secret, algorithm="HS256")


def claims(token, store):
    """The claims of a token that is good, or None."""
    try:
        found = jwt.decode(token, _secret, algorithms=["HS256"], options={"require": ["sub", "sid", "exp"]})
    except jwt.InvalidTokenError:
        return None
    return None if store.is_ended(found["sid"]) else found
