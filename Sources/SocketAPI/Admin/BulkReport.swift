package import Domain
package import SecretJSON

/// What a command did with several apps.
package struct BulkReport: Equatable, Sendable, ListedDocument {
    package struct Result: Advised, Equatable, Sendable, ListedDocument {
        /// The raw values are stable.
        package enum Outcome: String, JSONValue, Sendable, CaseIterable {
            case done, failed
            /// Not begun, because the same would have happened as with another app.
            case notTried = "not_tried"
            /// There was nothing to do, or it cannot be done now.
            case leftOut = "left_out"
            /// It would be done, without `--dry-run`.
            case planned
        }

        package let app: Name
        package let outcome: Outcome
        package let advice: Advice
        /// What the command for this app alone would have exited with.
        package let exitStatus: ExitStatus
        /// The rotation, if one began.
        package let rotation: String?

        package init(
            _ app: Name, _ outcome: Outcome, _ advice: Advice, exitStatus: ExitStatus = .done, rotation: String? = nil
        ) {
            self.app = app
            self.outcome = outcome
            self.advice = advice
            self.exitStatus = exitStatus
            self.rotation = rotation
        }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            app = try members("app", \.app)
            outcome = try members("outcome", \.outcome)
            advice = try members.inline(\.advice)
            exitStatus = try members("exit_status", \.exitStatus)
            rotation = try members.orNull("rotation", \.rotation)
        }
    }

    /// The command's name, such as `rotate`.
    package let command: String
    package let dryRun: Bool
    /// By the names of the apps.
    package let results: [Result]

    package init(command: String, dryRun: Bool, results: [Result]) {
        self.command = command
        self.dryRun = dryRun
        self.results = results.sorted { $0.app < $1.app }
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        command = try members("command", \.command)
        dryRun = try members("dry_run", \.dryRun)
        results = try members("results", \.results)
    }

    /// The worst of all.
    package var exitStatus: ExitStatus { ExitStatus.worst(of: results.map(\.exitStatus)) }
}

extension ExitStatus: JSONValue {
    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        guard let number = Int32(exactly: try document.integer(node)), let status = ExitStatus(rawValue: number) else {
            throw JSONError(.outOfRange)
        }
        self = status
    }

    package func write(to json: inout JSONWriter) { json.integer(Int(rawValue)) }
}
