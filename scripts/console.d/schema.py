"""The shapes of the messages between Keyturn and a console, in our own words. Test runs check all messages against them.

The facts are those of the admin API's OpenAPI documents from 11.2.5 to 12.1 [doc], and of RFC 6749 for a token endpoint. Where
those documents require nothing, the members that Keyturn needs are required here.
"""

import base64
import binascii
import json
import re
import urllib.parse

import jsonschema

API = "/pf-admin-api/v1"
TEXT, FLAG, WHOLE = {"type": "string"}, {"type": "boolean"}, {"type": "integer"}
WHEN = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"}


def one_of(*words):
    return {"enum": list(words)}


def a_list(of):
    return {"type": "array", "items": of}


def an_object(needed="", closed=False, /, **members):
    """Other members may be present, unless the shape is closed."""
    return {
        "type": "object", "required": needed.split(), "properties": members, "additionalProperties": not closed,
    }


# A row without a value is a heading. `inherited` comes from 11.x.
CONFIG_FIELD = an_object("name", True, name=TEXT, value=TEXT, encryptedValue=TEXT, inherited=FLAG)
CHANNEL = an_object(
    "name active maxThreads timeout channelSource attributeMapping", name=TEXT, active=FLAG, maxThreads=WHOLE,
    timeout=WHOLE, channelSource=an_object(), attributeMapping=a_list(an_object()))
CONNECTION = an_object(
    "type id name entityId", type=one_of("SP"), id=TEXT, name=TEXT, entityId=TEXT, active=FLAG, modificationDate=WHEN,
    creationDate=WHEN, replicationStatus=one_of("REPLICATED", "NOT_REPLICATED"),
    outboundProvision=an_object(
        "type targetSettings channels", type=TEXT, targetSettings=a_list(CONFIG_FIELD), channels=a_list(CHANNEL)))
CONNECTIONS = an_object("items", True, items=a_list(CONNECTION))

SELECTION = ("RADIO_GROUP", "SELECT", "FILTERABLE_SELECT")
FIELD = an_object(
    "name type", name=TEXT, label=TEXT, description=TEXT, defaultValue=TEXT, defaultForLegacyConfig=TEXT, advanced=FLAG,
    required=FLAG, encrypted=FLAG, size=WHOLE, rows=WHOLE, columns=WHOLE,
    optionValues=a_list(an_object("name value", name=TEXT, value=TEXT)),
    type=one_of(*SELECTION, "CHECK_BOX", "TEXT", "TEXT_AREA", "HASHED_TEXT", "UPLOAD_FILE"))
FIELD["allOf"] = [
    {"if": {"required": [member]}, "then": {"properties": {"type": one_of(*types)}}} for member, types in
    [("encrypted", ["TEXT"]), ("size", ["TEXT", "HASHED_TEXT"]), ("rows", ["TEXT_AREA"]), ("columns", ["TEXT_AREA"]),
     ("optionValues", SELECTION)]
]
CONNECTOR = an_object(
    "id configDescriptor", id=TEXT, description=TEXT,
    configDescriptor=an_object("fields", description=TEXT, fields=a_list(FIELD)))

VERSION = an_object("version", True, version={"type": "string", "pattern": r"^\d+(\.\d+)+$"})
NODE = an_object(
    "mode", address=TEXT, index=WHOLE, nodeGroup=TEXT, version=TEXT, nodeTags=TEXT, configurationTimestamp=WHEN,
    mode=one_of("CLUSTERED_ENGINE", "CLUSTERED_CONSOLE", "CLUSTERED_DUAL", "STANDALONE"),
    replicationStatus=one_of("RETRIEVING", "APPLYING", "FAILED", "SUCCEEDED", "OUT_OF_DATE"))
CLUSTER_STATUS = an_object(
    "nodes", True, nodes=a_list(NODE), lastConfigUpdateTime=WHEN, lastReplicationTime=WHEN, replicationRequired=FLAG,
    mixedMode=FLAG, currentNodeIndex=WHOLE)
CLUSTER_SETTINGS = an_object("", True, replicateConnectionsOnSave=FLAG, replicateClientsOnSave=FLAG)
RESULT = an_object(
    "resultId", True, resultId=TEXT, message=TEXT, developerMessage=TEXT,
    validationErrors=a_list(
        an_object("message", True, errorId=TEXT, message=TEXT, developerMessage=TEXT, fieldPath=TEXT)))
ERROR = {**RESULT, "required": ["resultId", "message"]}

TOKEN = an_object(
    "access_token token_type", access_token={"type": "string", "minLength": 1}, token_type=TEXT, expires_in=WHOLE,
    scope=TEXT)
TOKEN_ERROR = an_object(
    "error", error=one_of(
        "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type",
        "invalid_scope"),
    error_description={"type": "string", "pattern": r"^[\x20-\x21\x23-\x5b\x5d-\x7e]*$"}, error_uri=TEXT)

PAGES = {"page": r"\d+", "numberPerPage": r"\d+", "filter": ".+", "entityId": ".+"}
# Method, path, query, body, answer. None means no body.
CALLS = [
    ("GET", "/version", {}, None, VERSION),
    ("GET", "/idp/spConnections", PAGES, None, CONNECTIONS),
    ("GET", "/idp/spConnections/[^/]+", {}, None, CONNECTION),
    ("PUT", "/idp/spConnections/[^/]+", {}, CONNECTION, CONNECTION),
    ("GET", "/idp/connectors/descriptors", {}, None, an_object("items", True, items=a_list(CONNECTOR))),
    ("GET", "/idp/connectors/descriptors/[^/]+", {}, None, CONNECTOR),
    ("GET", "/cluster/status", {}, None, CLUSTER_STATUS),
    ("GET", "/cluster/settings", {}, None, CLUSTER_SETTINGS),
    ("POST", "/cluster/replicate", {}, None, RESULT),
]


def call_of(method, target):
    path = urllib.parse.urlsplit(target).path.removeprefix(API)
    return next((call for call in CALLS if call[0] == method and re.fullmatch(call[1], path)), None)


def unlike(schema, text):
    """The differences between a JSON text and its schema: members and kinds, no values."""
    try:
        value = json.loads(text)
    except ValueError:
        return ["no JSON"]
    validator = jsonschema.Draft7Validator(schema)
    return [
        "/".join(map(str, error.absolute_path)) + f": {error.validator} {json.dumps(error.validator_value)[:200]}"
        for error in validator.iter_errors(value)
    ]


def wrong_in_login(kind):
    scheme, _, value = kind.partition(" ")
    if scheme == "Basic":
        try:
            return [] if b":" in base64.b64decode(value, validate=True) else ["Basic without a colon"]
        except binascii.Error:
            return ["Basic that is no base64"]
    return [] if scheme == "Bearer" and re.fullmatch(r"[A-Za-z0-9._~+/-]+=*", value) else ["an unknown login"]


class Shapes:
    """The differences seen so far."""

    def __init__(self):
        self.violations = []

    def take(self):
        taken, self.violations = self.violations, []
        return taken

    def request(self, method, target, headers, text):
        if urllib.parse.urlsplit(target).path.startswith(API + "/"):
            self._note(method, target, "request", self._api_request(method, target, headers, text))
        elif method == "POST":
            self._note(method, target, "request", self._token_request(target, headers, text))

    def answer(self, method, target, status, text):
        if not urllib.parse.urlsplit(target).path.startswith(API + "/"):
            found = unlike(TOKEN if status == 200 else TOKEN_ERROR, text) if method == "POST" else []
        elif status >= 400:
            found = unlike(ERROR, text) if text else []
        else:
            call = call_of(method, target)
            found = unlike(call[4], text) if call and status == 200 else [f"status {status}"]
        self._note(method, target, f"answer {status}", found)

    def _note(self, method, target, what, found):
        self.violations += [f"{method} {target} {what}: {one}" for one in found]

    def _api_request(self, method, target, headers, text):
        call = call_of(method, target)
        if not call:
            return ["the admin API has no such call"]
        query = urllib.parse.urlsplit(target).query
        found = [
            f"query {name}" for name, value in urllib.parse.parse_qsl(query, keep_blank_values=True)
            if not re.fullmatch(call[2].get(name, "(?!)"), value)
        ]
        wanted = {"X-XSRF-Header": "PingFederate", "Accept": "application/json"}
        if call[3] is not None:
            wanted["Content-Type"] = "application/json"
        found += [f"header {name}" for name, value in wanted.items() if headers.get(name) != value]
        bypass = headers.get("X-BypassExternalValidation")
        if bypass is not None and (method != "PUT" or bypass not in ("true", "false")):
            found.append("header X-BypassExternalValidation")
        if headers.get("Authorization") is not None:
            found += wrong_in_login(headers["Authorization"])
        if call[3] is None:
            return found + (["a body"] if text or headers.get("Content-Type") else [])
        return found + unlike(call[3], text)

    def _token_request(self, target, headers, text):
        found = ["a query"] if urllib.parse.urlsplit(target).query else []
        if headers.get("Content-Type", "").split(";")[0] != "application/x-www-form-urlencoded":
            return found + ["header Content-Type"]
        pairs = urllib.parse.parse_qsl(text, keep_blank_values=True)
        form = dict(pairs)
        if len(form) != len(pairs):
            found.append("a parameter twice")
        found += [f"parameter {name}" for name in form.keys() - {"grant_type", "scope", "client_id", "client_secret"}]
        if form.get("grant_type") != "client_credentials":
            found.append("grant_type")
        token = r"[\x21\x23-\x5b\x5d-\x7e]+"
        if "scope" in form and not re.fullmatch(f"{token}( {token})*", form["scope"]):
            found.append("scope")
        login = headers.get("Authorization")
        if (login is None) == ("client_secret" not in form):
            found.append("the client's secret not once")
        if login is None:
            return found
        found += wrong_in_login(login)
        pair = base64.b64decode(login.partition(" ")[2]).decode("ascii", "replace")
        if not re.fullmatch(r"([A-Za-z0-9*._~+-]|%[0-9A-Fa-f]{2})*:([A-Za-z0-9*._~+-]|%[0-9A-Fa-f]{2})*", pair):
            found.append("ID or secret not form-encoded before Basic (RFC 6749, 2.3.1)")
        return found
