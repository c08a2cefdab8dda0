"""Names that Foramen gives: cases, people, links, and the secrets that only their holder has."""

import hashlib
import secrets

LETTERS = "23456789abcdefghjkmnpqrstvwxyz"
"""No 0 and o, 1 and i and l, u and v: a number is read out over the telephone."""


def new_id(groups: int = 3) -> str:
    """A random name such as `k7m2-q9xt-4bce`; three groups tell 5 × 10^17 apart."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(groups))


def new_secret() -> str:
    """A secret for an address or a cookie, 256 bits."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
