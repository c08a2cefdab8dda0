"""A small OpenID provider, as a test runs it on loopback: discovery, keys, authorisation code with PKCE, signed tokens.

It knows one user and asks no password. `lie` makes its next tokens wrong in one way.
"""

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode

import uvicorn
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "foramen", "the client's secret"


@dataclass
class Provider:
    """One running provider, and what it was asked."""

    url: str = ""
    user: dict[str, str] = field(default_factory=lambda: {"sub": "4711", "preferred_username": "ada"})
    lie: dict[str, object] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": nonce, **self.user}
        lie = dict(self.lie)
        key = lie.pop("key", self.key)
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims | lie, key)


@contextmanager
def provider() -> Iterator[Provider]:
    """A provider on a free port of the loopback address."""
    one = Provider()
    server = uvicorn.Server(uvicorn.Config(_app(one), port=0, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()
    one.url = f"http://{host}:{port}"
    try:
        yield one
    finally:
        server.should_exit = True
        thread.join(10)


def _app(one: Provider) -> FastAPI:
    app = FastAPI()

    @app.get("/.well-known/openid-configuration")
    def discovery() -> dict[str, object]:
        return {
            "issuer": one.url,
            "authorization_endpoint": f"{one.url}/authorize",
            "token_endpoint": f"{one.url}/token",
            "jwks_uri": f"{one.url}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    @app.get("/keys")
    def keys() -> dict[str, object]:
        return {"keys": [one.key.as_dict(private=False)]}

    @app.get("/authorize")
    def authorize(request: Request) -> RedirectResponse:
        asked = dict(request.query_params)
        one.asked.append(asked)
        code = secrets.token_urlsafe(8)
        one.codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 302)

    @app.post("/token")
    async def token(request: Request) -> JSONResponse:
        sent = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            raise HTTPException(401)
        asked = one.codes.pop(sent["code"], None)
        if asked is None or sent["redirect_uri"] != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
        if challenge.rstrip(b"=").decode() != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        answer = {"access_token": secrets.token_urlsafe(8), "token_type": "Bearer", "expires_in": 60}
        return JSONResponse(answer | {"id_token": one.id_token(asked["nonce"])})

    return app
