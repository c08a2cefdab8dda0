"""Names that Foramen gives: cases, people, links, and the secrets that only their holder has."""

import hashlib
import secrets

LETTERS = "23456789abcdefghjkmnpqrstvwxyz"
"""No 0 and o, 1 and i and l, u and v: a number is read out over the telephone."""


def new_id() -> str:
    """A random name such as `k7m2-q9xt-4bce`, one of about 2 × 10^17.

    A digit in every group tells it from words, so that a search can know it for what it is.
    """
    return "-".join(_group() for _ in range(3))


def _group() -> str:
    while True:
        group = "".join(secrets.choice(LETTERS) for _ in range(4))
        if any(letter.isdigit() for letter in group):
            return group


def new_secret() -> str:
    """A secret for an address or a cookie, 256 bits."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
