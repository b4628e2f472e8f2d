package import SecretJSON
package import Times

/// The body of `POST /v1/backup`: a file to write, or a directory in which so many backups are kept. Read strictly.
package enum BackupRequest: Equatable, Sendable, WireDocument {
    /// - Parameter force: whether a backup that is there already is replaced.
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
        if document.member("directory", of: node) != nil {
            try document.allowOnly(["directory", "keep"], of: node)
            self = .directory(try document.text("directory", of: node), keep: try document.number("keep", of: node))
        } else {
            try document.allowOnly(["file", "force"], of: node)
            self = .file(
                try document.text("file", of: node), force: try document.optionalFlag("force", of: node) ?? false)
        }
    }
}

/// The answer to `POST /v1/backup`: what was written, after it was read again and every seal of it opened.
package struct BackupReport: Equatable, Sendable, WireDocument {
    package let file: String
    package let bytes: Int
    /// When the copy was as the vault was.
    package let takenAt: Timestamp
    package let rows: Int
    /// How often the vault had been written by then.
    package let commits: Int
    package let apps: [AppGeneration]
    /// The names of older backups in the directory that were deleted.
    package let removed: [String]
    /// What the backup lacks, or has wrong as the vault has.
    package let problems: [StatusDocument.Problem]

    package init(
        file: String, bytes: Int, takenAt: Timestamp, rows: Int, commits: Int, apps: [AppGeneration],
        removed: [String], problems: [StatusDocument.Problem]
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

    package func writeMembers(to json: inout JSONWriter) {
        json.member("file", file)
        json.member("bytes", bytes)
        json.member("taken_at", takenAt.description)
        json.member("rows", rows)
        json.member("commits", commits)
        json.member("apps", list: apps)
        json.member("removed", texts: removed)
        json.member("problems", list: problems)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(
            file: try document.text("file", of: node), bytes: try document.number("bytes", of: node),
            takenAt: try document.time("taken_at", of: node), rows: try document.number("rows", of: node),
            commits: try document.number("commits", of: node), apps: try document.list("apps", of: node),
            removed: try document.texts("removed", of: node), problems: try document.list("problems", of: node))
    }
}
