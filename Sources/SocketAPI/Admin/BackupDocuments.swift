package import Domain
package import SecretJSON

/// The body of `POST /v1/backup`: a file to write, or a directory and the number of backups to retain in it. Read
/// strictly.
package enum BackupRequest: Equatable, Sendable, WireDocument {
    /// - Parameter force: whether to replace an existing backup.
    case file(String, force: Bool)
    case directory(String, keep: Int)

    package func writeMembers(to json: inout JSONWriter) {
        switch self {
        case .file(let path, let force):
            json.member("file", path)
            json.member("force", force)
        case .directory(let path, let keep):
            json.member("directory", path)
            json.member("keep", keep)
        }
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        let members = MemberReader(node, in: document)
        if members.has("directory") {
            self = .directory(try members.value("directory"), keep: try members.value("keep"))
        } else {
            self = .file(try members.value("file"), force: try members.optional("force") ?? false)
        }
        try members.refuseOthers()
    }
}

/// The answer to `POST /v1/backup`. The file was read again and every row of it opened.
package struct BackupReport: Equatable, Sendable, ListedDocument {
    package let file: String
    package let bytes: Int
    /// The time of the vault's state in the copy.
    package let takenAt: Timestamp
    package let rows: Int
    /// How many times the vault had been written by then.
    package let commits: Int
    package let apps: [AppGeneration]
    /// The names of older backups in the directory that were deleted.
    package let removed: [String]
    /// Problems: data that the backup lacks, or that is wrong in both the backup and the vault.
    package var problems: [HealthIssue]

    package init(
        file: String, bytes: Int, takenAt: Timestamp, rows: Int, commits: Int, apps: [AppGeneration],
        removed: [String], problems: [HealthIssue]
    ) {
        self.file = file
        self.bytes = bytes
        self.takenAt = takenAt
        self.rows = rows
        self.commits = commits
        self.apps = apps
        self.removed = removed
        self.problems = problems
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        file = try members("file", \.file)
        bytes = try members("bytes", \.bytes)
        takenAt = try members("taken_at", \.takenAt)
        rows = try members("rows", \.rows)
        commits = try members("commits", \.commits)
        apps = try members("apps", \.apps)
        removed = try members("removed", \.removed)
        problems = try members("problems", \.problems)
    }
}
