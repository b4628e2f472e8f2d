import Guide
import SecretJSON
import SecretMemory
import SocketAPI

extension FuzzTarget {
    /// Every document that goes over a socket: what is read, written and read again is the same, and what was strict with
    /// the first is content with what it wrote itself. The first byte says which document.
    static let documents = FuzzTarget(name: "documents") { input in
        var choices = Choices(input)
        let readers: [(ArraySlice<UInt8>) throws -> Void] = [
            twice(AppDraft.self), twice(AppPatch.self), twice(ClientDraft.self), twice(GenerationReport.self),
            twice(RotateRequest.self), twice(UnlockRequest.self),
            twice(AppDocument.self), twice(AppList.self), twice(ClientList.self), twice(HolderList.self),
            twice(RotationPlan.self), twice(RotationList.self), twice(StatusDocument.self), twice(TokenDocument.self),
            twice(AddedApp.self), twice(AppsAnswer.self), twice(HealthAnswer.self), twice(CredentialsAnswer.self),
            twice(FieldAnswer.self), twice(TokenAnswer.self), twice(TargetDraft.self), twice(TargetPatch.self),
            twice(DiscoverRequest.self),
            twice(CertificateRequest.self), twice(TargetDocument.self), twice(TargetList.self),
            twice(TriedTarget.self), twice(ConsoleDiscovery.self), twice(ServerCertificate.self),
            twice(KeyList.self), twice(NewKeyRequest.self), twice(KeyAdded.self),
            twice(BackupRequest.self), twice(BackupReport.self), twice(CheckReport.self), twice(RestoreReport.self),
            twice(MigrationReport.self),
            twice(CheckResults.self), twice(GuideDraft.self), twice(HistoryDocument.self),
            twice(ExplainRequest.self),
        ]
        let reader = choices.oneOf(readers)
        try reader(choices.rest)
        if let problem = try? Problem(parsing: secret(choices.rest)) {
            try hold(try Problem(parsing: problem.render()) == problem, "a problem is another when read again")
        }
    }

    private static func twice<Document: WireDocument & ~Copyable>(
        _: Document.Type
    ) -> (ArraySlice<UInt8>) throws -> Void {
        { input in
            guard let first = try? Document(parsing: secret(input)) else { return }
            let written = bytes(first.render())
            guard let second = try? Document(parsing: secret(written)) else {
                throw Broken(description: "\(Document.self) cannot read what it wrote: \(text(written))")
            }
            try hold(bytes(second.render()) == written, "\(Document.self) is another when read again: \(text(written))")
            try lossless(input, written, "\(Document.self)")
        }
    }

    /// A list or an object that was there must not have become nothing: what is read as a condition must be one.
    private static func lossless(_ input: ArraySlice<UInt8>, _ written: [UInt8], _ what: String) throws {
        let one = try JSONDocument(parsing: secret(input))
        let two = try JSONDocument(parsing: secret(written))
        for name in [
            "permissions", "allow", "apps", "clients", "rotations", "holders", "problems", "checks", "targets",
            "connections",
            "settings", "slots", "generations",
        ] {
            guard let before = one.member(name, of: one.root), let after = two.member(name, of: two.root) else {
                continue
            }
            try hold(
                one.kind(before) == two.kind(after), "\(what): '\(name)' was no \(two.kind(after)) and is read as one")
        }
    }
}
