import Domain
import SecretJSON
import SecretMemory

@testable import PingFederate

extension FuzzTarget {
    /// What a cluster says of itself, a list of connections, a connector's descriptor, a time: read as they come, and never
    /// more made of them than is there.
    static let consoleLists = FuzzTarget(name: "console-lists") { input in
        var choices = Choices(input)
        let savedAt = choices.oneOf([nil, Timestamp(unixSeconds: 0), Timestamp(unixSeconds: 1_800_000_000)])
        let age = choices.oneOf([0, 300, 301])
        if let time = Timestamp(console: text(choices.rest)) {
            try hold(Timestamp(console: time.description) == time, "a time that is read another way the second time")
        }
        guard let json = try? JSONDocument(parsing: secret(choices.rest), depth: 64, values: 1_000_000) else { return }
        let status = ClusterStatus(json)
        let push = FollowedPush(savedAt: savedAt, age: age, isAsked: true)
        for progress in [status.progress(ofAll: push), status.progress(ofSaved: push, "REPLICATED")] {
            if progress == .done { try hold(!status.engines.isEmpty, "done without an engine") }
            if case .underWay(let words) = progress {
                try hold(
                    words.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }, "the words are no line")
            }
        }
        if status.progress(ofAll: push) == .done, let savedAt, let replicatedAt = status.replicatedAt {
            try hold(replicatedAt >= savedAt, "a replication before the save is ours")
            try hold(status.engines.allSatisfy { $0.state == "SUCCEEDED" }, "an engine that has not finished is done")
        }
        if let page = try? ConnectionPage(json) { try hold(page.provisioning.count <= page.ids.count, "too many") }
        let fields = ConnectorDescriptor(json.root, in: json).fields
        let found = DiscoveredFields(fields)
        let names = [found.accountID, found.clientID, found.clientSecret].compactMap(\.name)
        try hold(Set(names).isSubset(of: fields.map(\.name)), "a setting that there is not")
        if let name = found.clientSecret.name {
            try hold(fields.contains { $0.name == name && $0.isEncrypted }, "a secret's place that is not encrypted")
        }
    }
}
