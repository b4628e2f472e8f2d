"""The stand-in's token endpoint: client credentials, read as in RFC 6749."""

import base64
import binascii
import secrets
import time
import urllib.parse

# With every character that a form must encode: a client that sends them unencoded is refused.
CLIENT, CLIENT_SECRET = "keyturn:client+100%", "stand-in client+secret:50%25é&="

# The switches of a test, with their defaults.
SWITCHES = {
    "token_scope": None,     # the scope that a token request must name
    "token_method": None,    # client_secret_basic or client_secret_post, and no other
    "token_trouble": None,   # a name from TROUBLES
    "token_refused": False,  # the admin API does not accept the tokens
}

JSON = "application/json;charset=UTF-8"


def _error(code, words, status=400):
    return status, JSON, {"error": code, "error_description": words}


# Answers of real servers beyond the RFC, so that no schema applies. Their text repeats what was sent, as real ones do.
TROUBLES = {
    "html": lambda sent: (500, "text/html", "<html>Internal Server Error</html>"),
    "slow": lambda sent: time.sleep(60) or (503, JSON, {}),
    "gone": lambda sent: (404, "text/html", "<html>Not Found</html>"),
    "moved": lambda sent: (302, "text/html", ""),
    "scope": lambda sent: _error("invalid_scope", "The requested scope(s) must be blank or a subset of: admin"),
    "client": lambda sent: _error("invalid_client", f"Invalid client or client credentials: {sent}", 401),
    "grant": lambda sent: _error("unauthorized_client", "The grant is not enabled for this client – see the policy"),
    "no_token": lambda sent: (200, JSON, {"token_type": "Bearer", "expires_in": 60}),
    "dpop": lambda sent: (200, JSON, {"token_type": "DPoP", "access_token": "an-access-token"}),
}


def token(console, authorization, form):
    """The answer's status, type and body."""
    fields = urllib.parse.parse_qs(form, keep_blank_values=True, strict_parsing=True, encoding="utf-8", errors="strict")
    trouble = console.switches["token_trouble"]
    if trouble:
        return TROUBLES[trouble](authorization or form)
    try:
        client, secret = _client(console.switches["token_method"], authorization, fields)
    except (ValueError, binascii.Error):
        return _error("invalid_request", "the client cannot be read")
    if (client, secret) != (CLIENT, CLIENT_SECRET):
        return _error("invalid_client", "Invalid client or client credentials.", 401)
    if fields.get("grant_type") != ["client_credentials"]:
        return _error("unsupported_grant_type", "the grant is not client_credentials")
    wanted = console.switches["token_scope"]
    if wanted and wanted not in " ".join(fields.get("scope", [])).split(" "):
        return _error("invalid_scope", "The requested scope is invalid, unknown, malformed or missing.")
    made = secrets.token_hex(16)
    console.tokens.add(made)
    return 200, JSON, {"access_token": made, "token_type": "bearer", "expires_in": 60}


def _client(method, authorization, fields):
    kind, _, value = (authorization or "").partition(" ")
    if kind == "Basic" and method != "client_secret_post":
        if "client_secret" in fields:
            raise ValueError("two ways at once")
        client, _, secret = base64.b64decode(value, validate=True).decode("ascii").partition(":")
        decoded = lambda text: urllib.parse.unquote_plus(text, encoding="utf-8", errors="strict")
        return decoded(client), decoded(secret)
    if not authorization and method != "client_secret_basic":
        return fields.get("client_id", [""])[0], fields.get("client_secret", [""])[0]
    return None, None
