package import SecretJSON

/// The answer to `GET /v1/targets`, by name.
package struct TargetList: Equatable, Sendable, WireDocument {
    package let targets: [TargetDocument]

    package init(targets: [TargetDocument]) { self.targets = targets }

    package func writeMembers(to json: inout JSONWriter) { json.member("targets", list: targets) }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        targets = try document.list("targets", of: node)
    }
}

/// The answer to `POST /v1/targets` and to `PATCH /v1/targets/{target}`: the target as it is kept, and what was checked
/// before.
package struct TriedTarget: Equatable, Sendable, WireDocument {
    package let target: TargetDocument
    package let verification: Verification

    package init(target: TargetDocument, verification: Verification) {
        self.target = target
        self.verification = verification
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.key("target")
        target.write(to: &json)
        json.key("verification")
        verification.write(to: &json)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        target = try TargetDocument(try document.require("target", of: node), in: document)
        verification = try Verification(try document.require("verification", of: node), in: document)
    }
}
