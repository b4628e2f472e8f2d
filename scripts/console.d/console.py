"""The stand-in's state: connections, their secrets, and the engines' copies."""

import copy
import secrets
import threading
import time

import cluster
import lists
import oauth
from rawjson import Number

# The switches of a test, with their defaults.
SWITCHES = {
    **cluster.SWITCHES, **lists.SWITCHES,
    "reject": None,          # the text of a 422; {value} is replaced by the new secret
    "editors": 0,            # so many times somebody saves between two reads
    "status": None,          # answer everything with this status
    "delay": 0,              # seconds before a PUT is done
    "cut": None,             # "before" or "after" a PUT is done
    "password": None,        # another password than the announced one
    "check_url": None,       # ask Zoom's stand-in whether it takes what is saved
    "no_egress": False,      # saving an active connection fails, as if Zoom could not be reached
    **oauth.SWITCHES,
    "encrypts_on_save": True,  # an encrypted value that is sent back is encrypted again; otherwise its text stays
    "encrypts_on_look": False,  # each read shows another encrypted text of the same secret
    "dateless": False,       # connections have no modificationDate, as those that an old version saved
}


def text_row(name, value):
    return {"name": name, "value": value, "inherited": False}


class Console:
    def __init__(self):
        self.lock = threading.RLock()
        self.switches = dict(SWITCHES)
        self.tokens = set()
        self.requests = []
        self.cluster = None
        self.secrets = {}  # encrypted text -> its value
        self.saves = 0
        self.archive = {}  # what each connection was before its last change by somebody else
        self.connections = {
            "zoom-sp": self._connection("zoom-sp", "Zoom users"),
            "browser-sso": {"type": "SP", "id": "browser-sso", "name": "Browser SSO only", "entityId": "urn:other", "active": True,
                            "modificationDate": "2026-01-01T00:00:00.000Z"},
        }
        for id in self.connections:
            self.store(id, self.connections[id])
        self.cluster = cluster.Cluster(self)

    @property
    def engine(self):
        """The first engine's copy."""
        self.cluster.step()
        return self.cluster.engines[0].connections

    @staticmethod
    def _connection(id, name):
        return {
            "type": "SP", "id": id, "name": name, "entityId": "urn:zoom", "active": True,
            "somethingNewer": {"kept": [None, True, Number("1.50"), Number("-0"), Number("1e400"),
                                        Number("12345678901234567890123")], "text": "é \u2028 \\/"},
            "outboundProvision": {
                "type": lists.CONNECTOR,
                "targetSettings": [
                    {"name": "Zoom account"}, text_row("Account", ""), text_row("OAuth client", ""),
                    {"name": "OAuth secret", "value": "placeholder"}, {"name": "Options"},
                    {"name": "Proxy password", "value": "proxy"}, text_row("Rate", "10"),
                ],
                "channels": [{"name": "all", "active": True, "maxThreads": Number("1"), "timeout": Number("60.0"),
                              "channelSource": {"type": "LDAP"}, "attributeMapping": []}],
            },
        }

    # MARK: Saving

    def store(self, id, connection):
        """Stores a connection and encrypts its values. Raises KeyError for an unknown encrypted value."""
        for row in connection.get("outboundProvision", {}).get("targetSettings", []):
            if row.get("name") not in lists.ENCRYPTED or not ("value" in row or "encryptedValue" in row):
                continue
            if "value" not in row and not self.switches["encrypts_on_save"]:
                self.secrets[row["encryptedValue"]]
                continue
            held = row.pop("value") if "value" in row else self.secrets[row["encryptedValue"]]
            self.encrypt(row, held)
        self.saves += 1
        now = time.time()
        connection["modificationDate"] = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{self.saves:06}Z"
        self.connections[id] = connection
        if self.cluster:
            self.cluster.saved(id)

    def encrypt(self, row, held):
        row["encryptedValue"] = "enc:" + secrets.token_hex(24)
        self.secrets[row["encryptedValue"]] = held

    def edit(self, id, **values):
        """An edit by somebody else in the console's pages."""
        self.archive[id] = self.connections[id]
        connection = copy.deepcopy(self.connections[id])
        for row in connection["outboundProvision"]["targetSettings"]:
            if row["name"] in values:
                row.pop("encryptedValue", None)
                row["value"] = values[row["name"]]
        self.store(id, connection)

    def terraform(self, id, **values):
        """An apply that changes any attribute: the whole connection is saved from a state with plaintext values, and other
        changes since then are lost."""
        connection = self._connection(id, "Zoom users")
        for row in connection["outboundProvision"]["targetSettings"]:
            if row["name"] in values:
                row["value"] = values[row["name"]]
        self.store(id, connection)

    def undo(self, id):
        """Somebody imports an earlier export of the connection: encrypted values are those of the export."""
        self.connections[id] = self.archive[id]

    def values(self, connection):
        rows = connection.get("outboundProvision", {}).get("targetSettings", [])
        return {
            row["name"]: self.secrets.get(row.get("encryptedValue"), row.get("value")) for row in rows
            if "value" in row or "encryptedValue" in row
        }

    def shown(self, id):
        connection = copy.deepcopy(self.connections[id])
        state = self.cluster.connection_state(id)
        if state:
            connection["replicationStatus"] = state
        if self.switches["dateless"]:
            connection.pop("modificationDate", None)
        if self.switches["encrypts_on_look"]:
            for row in connection.get("outboundProvision", {}).get("targetSettings", []):
                if "encryptedValue" in row:
                    self.encrypt(row, self.secrets[row["encryptedValue"]])
        return connection
