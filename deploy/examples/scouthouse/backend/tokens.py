"""The access tokens of ScoutHouse: HS256, with the user's id as `sub`, and neither `iss` nor `aud`."""

import threading
import time
import uuid

import jwt

ALGORITHM = "HS256"
LIFETIME_SECONDS = 30 * 60
TENANT = "main"


class BadToken(Exception):
    """The token is not ours, is over, or was logged out."""


class Tokens:
    """Makes, reads and takes back tokens. Any thread."""

    def __init__(self, secret):
        self._secret = secret
        self._lock = threading.Lock()
        # The ids of those that were logged out, until they would be over anyway.
        self._logged_out = {}

    def make(self, user_id):
        now = int(time.time())
        claims = {"sub": str(user_id), "jti": uuid.uuid4().hex, "iat": now, "exp": now + LIFETIME_SECONDS}
        return jwt.encode(claims, self._secret, algorithm=ALGORITHM)

    def read(self, token):
        try:
            claims = jwt.decode(
                token, self._secret, algorithms=[ALGORITHM], options={"require": ["sub", "jti", "iat", "exp"]}
            )
        except jwt.InvalidTokenError as error:
            raise BadToken from error
        with self._lock:
            if claims["jti"] in self._logged_out:
                raise BadToken
        return claims

    def log_out(self, claims):
        now = time.time()
        with self._lock:
            self._logged_out = {jti: end for jti, end in self._logged_out.items() if end > now}
            self._logged_out[claims["jti"]] = claims["exp"]
