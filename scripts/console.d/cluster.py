"""The stand-in's cluster: the last replication, and what each engine has of it."""

import copy
import time

# The switches of a test, with their defaults.
SWITCHES = {
    "standalone": True, "replicate_on_save": False,
    "replication_seconds": 0, "replication_fails": False,
    "version": "12.1.0.5",    # before 12.0 there are no cluster settings, and connections have no replication state
    "engines": 1,             # the number of running engines
    "out_of_service": False,  # the last engine never replicates again
    "late_seconds": 0,        # the last engine takes this much longer than the others
    "stale_seconds": 0,       # for so long after a replication, SUCCEEDED from an engine means the previous one
    "console_state": None,    # the console's own replication state
    "silent": False,          # connections have no replication state
    "cluster_forbidden": False,  # the account may not see the cluster
}


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds * 1000) % 1000:03}Z"


class Engine:
    def __init__(self, connections):
        self.connections, self.stamp = copy.deepcopy(connections), None


class Cluster:
    def __init__(self, console):
        self.console = console
        self.published = copy.deepcopy(console.connections)
        self.replicated_at = None
        self.engines = [Engine(self.published)]

    @property
    def switches(self):
        return self.console.switches

    def knows_settings(self):
        return int(self.switches["version"].split(".")[0]) >= 12

    # MARK: Events

    def saved(self, id):
        """A connection was saved."""
        self.step()
        if not self.switches["standalone"] and self.switches["replicate_on_save"] and self.knows_settings():
            self.published = {**self.published, id: copy.deepcopy(self.console.connections[id])}
            self.replicated_at = time.time()

    def replicate(self):
        self.published = copy.deepcopy(self.console.connections)
        self.replicated_at = time.time()

    def step(self):
        """Engines replicate what is due by now; a standalone console is its own engine."""
        if self.switches["standalone"]:
            self.published = copy.deepcopy(self.console.connections)
            for engine in self.engines:
                engine.connections = self.published
            return
        while len(self.engines) < self.switches["engines"]:
            self.engines.append(Engine(self.engines[0].connections))
        for engine in self.up():
            if self._left(engine) <= 0 and not self._is_out(engine) and not self.switches["replication_fails"]:
                engine.connections, engine.stamp = self.published, self.replicated_at

    # MARK: State

    def up(self):
        return self.engines[:self.switches["engines"]]

    def _is_out(self, engine):
        return self.switches["out_of_service"] and engine is self.up()[-1]

    def _left(self, engine):
        if self.replicated_at is None:
            return 0
        late = self.switches["late_seconds"] if engine is self.up()[-1] else 0
        return self.replicated_at + self.switches["replication_seconds"] + late - time.time()

    def state(self, engine):
        if dates(engine.connections) == dates(self.published):
            return "SUCCEEDED"
        if self.replicated_at and time.time() < self.replicated_at + self.switches["stale_seconds"]:
            return "SUCCEEDED"
        if self._is_out(engine):
            return "OUT_OF_DATE"
        if self.switches["replication_fails"]:
            return "FAILED"
        return "RETRIEVING" if self._left(engine) > self.switches["replication_seconds"] / 2 else "APPLYING"

    def connection_state(self, id):
        """The state of one connection; None where the console does not say."""
        if self.switches["standalone"] or self.switches["silent"]:
            return None
        if not self.switches["replicate_on_save"] or not self.knows_settings():
            return None
        self.step()
        date = self.console.connections[id]["modificationDate"]
        is_there = all(e.connections.get(id, {}).get("modificationDate") == date for e in self.up())
        return "REPLICATED" if is_there else "NOT_REPLICATED"

    def status(self):
        self.step()
        node = lambda number, mode: {
            "address": f"10.0.0.{number}", "mode": mode, "index": number, "nodeGroup": "",
            "version": self.switches["version"]}
        console = node(1, "CLUSTERED_CONSOLE")
        if self.switches["console_state"]:
            console["replicationStatus"] = self.switches["console_state"]
        nodes = [console]
        for number, engine in enumerate(self.up(), 2):
            nodes.append({
                **node(number, "CLUSTERED_ENGINE"), "nodeTags": "", "replicationStatus": self.state(engine),
                **({"configurationTimestamp": stamp(engine.stamp)} if engine.stamp else {})})
        found = {
            "nodes": nodes, "mixedMode": False,
            "lastConfigUpdateTime": max(dates(self.console.connections).values()),
            "replicationRequired": dates(self.console.connections) != dates(self.published)}
        if self.replicated_at:
            found["lastReplicationTime"] = stamp(self.replicated_at)
        if not self.switches["version"].startswith(("11.", "12.0.")):
            found["currentNodeIndex"] = 1
        return found

    def answer(self, method, rest, body):
        """The status and body of an answer of the API; the body is a string for an error."""
        if self.switches["cluster_forbidden"]:
            return 403, "You do not have permission to do this."
        if self.switches["standalone"]:
            return 403, None
        if (method, rest) == ("GET", ["status"]):
            return 200, self.status()
        if (method, rest) == ("GET", ["settings"]) and self.knows_settings():
            return 200, {"replicateConnectionsOnSave": self.switches["replicate_on_save"]}
        if (method, rest) == ("POST", ["replicate"]):
            if body:
                return 400, "a body where none is wanted"
            self.replicate()
            return 200, {"resultId": "replication_success", "message": "Replication completed successfully."}
        return 404, "no such resource"


def dates(connections):
    return {id: connection["modificationDate"] for id, connection in connections.items()}
