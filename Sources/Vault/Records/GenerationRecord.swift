import Domain
import SecretJSON
import SecretMemory

struct GenerationRecord: Record {
    static let table = SealedTable.generation
    let appID: String
    let credential: Credential

    init(appID: String, _ credential: Credential) {
        self.appID = appID
        self.credential = credential
    }

    static func id(appID: String, _ generation: Generation) -> String { "\(appID).\(generation)" }

    var cells: [Cell] {
        [
            .text(Self.id(appID: appID, credential.generation)), .text(appID),
            .integer(credential.generation.number), .text(credential.state.rawValue),
        ]
    }
    var opened: OpenedRow { .generation(self) }

    func write(to writer: inout JSONWriter) {
        writer.member("client_secret", secret: credential.clientSecret.bytes)
        writer.member("created_at", credential.createdAt)
        if let time = credential.suspectSince { writer.member("suspect_since", time) }
    }

    init(cells: [Cell], document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(["client_secret", "created_at", "suspect_since"], of: document.root)
        guard let generation = Generation(try cells.integer(2)) else { throw JSONError(.outOfRange, member: "number") }
        guard let state = Credential.State(rawValue: try cells.text(3)) else {
            throw JSONError(.outOfRange, member: "state")
        }
        appID = try cells.text(1)
        credential = Credential(
            generation: generation, state: state,
            clientSecret: SecretBox(try document.secret(try document.require("client_secret", of: document.root))),
            createdAt: try document.time("created_at"),
            suspectSince: try document.member("suspect_since", of: document.root).map { node throws(JSONError) in
                Timestamp(unixSeconds: try document.integer(node))
            })
    }
}
