"""The stand-in's lists: connections, as many as a test needs, and the descriptors of connectors."""

import rawjson

SWITCHES = {
    "many": 0,               # so many additional connections, which provision nothing
    "many_bytes": 1000,      # the size of each of them
    "pages": True,           # whether `page` and `numberPerPage` have any effect
    "descriptors": "type",   # "renamed": by another ID than the connection's type; "forbidden"; "absent"
}
CONNECTOR = "ZoomStandIn"
FIELDS = [
    {"name": "Account", "label": "Account ID", "description": "Found beside the client ID", "type": "TEXT"},
    {"name": "OAuth client", "label": "Client ID", "description": "", "type": "TEXT"},
    {"name": "OAuth secret", "label": "Client Secret", "description": "", "type": "TEXT", "encrypted": True},
    {"name": "Proxy password", "label": "Proxy password", "description": "", "type": "TEXT", "encrypted": True},
    {"name": "Rate", "label": "Rate", "description": "", "type": "SELECT"},
]
# A connector that has the account ID inside its token URL, and encrypts the client ID.
BY_URL = "ZoomByURL"
BY_URL_FIELDS = [
    {"name": "Token address", "label": "Token URL", "description": "With your account ID in it", "type": "TEXT"},
    {"name": "Masked client", "label": "Client ID", "description": "", "type": "TEXT", "encrypted": True},
    {"name": "Masked secret", "label": "Client Secret", "description": "", "type": "TEXT_AREA"},
    {"name": "Masked again", "label": "Confirm Client Secret", "description": "", "type": "TEXT", "encrypted": True},
]
DESCRIPTORS = {CONNECTOR: FIELDS, BY_URL: BY_URL_FIELDS}
ENCRYPTED = {"OAuth secret", "Proxy password", "Masked client", "Masked secret", "Masked again"}


def by_url():
    """A connection of the second connector."""
    rows = [("Token address", "https://zoom.us/oauth/token?grant_type=account_credentials&account_id=abc")]
    rows += [("Masked client", "placeholder"), ("Masked secret", "placeholder"), ("Masked again", "x")]
    return {
        "type": "SP", "id": "zoom-url", "name": "Zoom über URL", "entityId": "urn:zoom:url", "active": True,
        "outboundProvision": {
            "type": BY_URL, "targetSettings": [{"name": name, "value": value} for name, value in rows],
            "channels": []},
    }


def _other(number, size):
    return {
        "type": "SP", "id": f"other-{number}", "name": f"Other {number}", "entityId": f"urn:other:{number}",
        "active": True, "modificationDate": "2026-01-01T00:00:00.000Z",
        "credentials": {"certs": [{"certView": {"id": str(number)}, "x509File": {"fileData": "M" * size}}]}}


def connections(console, query):
    """One page of the connections, as text."""
    with console.lock:
        items = [console.shown(id) for id in console.connections]
    # Those that provision come last: a client that reads only the first page misses them.
    items = [_other(n, console.switches["many_bytes"]) for n in range(console.switches["many"])] + items
    wanted = query.get("filter", [""])[0].lower()
    items = [item for item in items if wanted in item["name"].lower() or wanted in item["entityId"].lower()]
    if console.switches["pages"] and "page" in query:
        size = int(query.get("numberPerPage", ["10"])[0])
        start = (int(query["page"][0]) - 1) * size
        items = items[start:start + size]
    return rawjson.write({"items": items})


def descriptors(console, rest):
    """The status and body of an answer of the API; the body is a string for an error."""
    manner = console.switches["descriptors"]
    if manner == "forbidden":
        return 403, "You do not have permission to do this."
    if manner == "absent":
        return 404, "no such resource"
    prefix = "com.example." if manner == "renamed" else ""
    all = {prefix + id: {"id": prefix + id, "configDescriptor": {"fields": f}} for id, f in DESCRIPTORS.items()}
    if not rest:
        return 200, {"items": list(all.values())}
    return (200, all[rest[0]]) if rest[0] in all else (404, "no such connector")
