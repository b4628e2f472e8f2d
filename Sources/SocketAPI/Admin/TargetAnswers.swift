package import SecretJSON

/// The answer to `GET /v1/targets`, by name.
package struct TargetList: Equatable, Sendable, ListedDocument {
    package let targets: [TargetDocument]

    package init(targets: [TargetDocument]) { self.targets = targets }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        targets = try members("targets", \.targets)
    }
}

/// The answer to `POST /v1/targets` and `PATCH /v1/targets/{target}`: the target as stored, and the checks before that.
package struct TriedTarget: Equatable, Sendable, ListedDocument {
    package let target: TargetDocument
    package let verification: CheckResults

    package init(target: TargetDocument, verification: CheckResults) {
        self.target = target
        self.verification = verification
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        target = try members("target", \.target)
        verification = try members("verification", \.verification)
    }
}
