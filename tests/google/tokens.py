"""Accounts and tokens: a service account with a real RSA key, and an endpoint that verifies what it signs."""

import base64
import json
import secrets
import time
from collections.abc import Callable
from functools import cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUTH = "https://www.googleapis.com/auth"
# Which scopes cover which kind of call.
COVERED = {
    "read": {
        f"{AUTH}/{name}" for name in ("spreadsheets", "spreadsheets.readonly", "drive", "drive.readonly")
    },
    "write": {f"{AUTH}/{name}" for name in ("spreadsheets", "drive")},
    "drive": {f"{AUTH}/{name}" for name in ("drive", "drive.readonly", "drive.metadata.readonly")},
}
SCOPES = sorted(set().union(*COVERED.values()))
AN_HOUR = 3600


class RefusedGrantError(Exception):
    """The token endpoint's 400: error, description."""


@cache
def _key(name: str) -> rsa.RSAPrivateKey:
    """One key per account of a test process: making one takes a tenth of a second."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def service_account(name: str, token_uri: str) -> dict[str, str]:
    """What Google's console downloads as a service account's JSON."""
    email = address(name)
    private = _key(email).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return {
        "type": "service_account",
        "project_id": "tandem-tests",
        "private_key_id": "0" * 40,
        "private_key": private.decode(),
        "client_email": email,
        "client_id": "1" * 21,
        "token_uri": token_uri,
        "universe_domain": "googleapis.com",
    }


def address(name: str) -> str:
    return f"{name}@tandem-tests.iam.gserviceaccount.com"


class Tokens:
    """Access tokens given out: who may use each, until when by `clock`, and for what."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.lifetime = AN_HOUR
        self.scope_to_write = True  # whether a token to read alone may not write, as at Google
        self.accounts: set[str] = set()
        self.audience = ""
        self.given: dict[str, tuple[str, float, str]] = {}

    def grant(self, form: dict[str, str]) -> dict:
        """The reply to a POST of /token. Raises RefusedGrantError."""
        if form.get("grant_type") != GRANT:
            raise RefusedGrantError(
                "unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type', '')}"
            )
        claims = self._verified(form.get("assertion", ""))
        token = f"ya29.{secrets.token_urlsafe(48)}"
        self.given[token] = (claims["iss"], self.clock() + self.lifetime, claims["scope"])
        return {"access_token": token, "expires_in": int(self.lifetime), "token_type": "Bearer"}

    def _verified(self, assertion: str) -> dict:
        try:
            head, body, signature = assertion.split(".")
            header, claims = json.loads(_decoded(head)), json.loads(_decoded(body))
        except ValueError:
            raise RefusedGrantError("invalid_grant", "Bad Request") from None
        issuer = claims.get("iss", "")
        if issuer not in self.accounts:
            raise RefusedGrantError("invalid_grant", "Invalid grant: account not found")
        try:
            public = _key(issuer).public_key()
            public.verify(_decoded(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), SHA256())
        except InvalidSignature:
            raise RefusedGrantError("invalid_grant", "Invalid JWT Signature.") from None
        self._check(header, claims)
        return claims

    def _check(self, header: dict, claims: dict) -> None:
        # By the real clock: the client's library has no other.
        now, begun, ends = time.time(), claims.get("iat", 0), claims.get("exp", 0)
        if header.get("alg") != "RS256" or not begun - 300 < now < ends or ends - begun > AN_HOUR:
            raise RefusedGrantError(
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
                "Check your iat and exp values in the JWT claim.",
            )
        if claims.get("aud") not in (self.audience, "https://oauth2.googleapis.com/token"):
            raise RefusedGrantError("invalid_grant", "Invalid JWT: Failed audience check.")
        if not set(claims.get("scope", "").split()) & set(SCOPES):
            raise RefusedGrantError("invalid_scope", "Invalid OAuth scope or ID token audience provided.")

    def account(self, token: str) -> tuple[str, str] | None:
        """Whose token it is and for which scopes; None if it isn't good, or not any more."""
        email, until, scope = self.given.get(token, ("", 0.0, ""))
        return (email, scope) if self.clock() < until else None

    def cover(self, kind: str, scope: str) -> bool:
        """Whether a token's scopes cover a kind of call: read, write, drive."""
        if kind == "write" and not self.scope_to_write:
            kind = "read"
        return bool(COVERED[kind] & set(scope.split()))

    def revoke(self) -> None:
        """Every token given out so far is refused from now on."""
        self.given.clear()


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
