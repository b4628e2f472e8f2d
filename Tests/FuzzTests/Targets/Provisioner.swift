import SecretMemory

@testable import PingFederate

extension FuzzTarget {
    /// A line of PingFederate's own log, which whoever has PingFederate writes: what is shown of it is short, is no more than
    /// a line at a terminal, and never repeats eight bytes of a secret.
    static let provisionerLog = FuzzTarget(name: "provisioner-log") { input in
        let line = text(input.prefix(ProvisionerEvent.longest))
        guard let event = ProvisionerEvent(line) else { return }
        let secret = "S3cret-Of-An-App-0123456789"
        let said = event.cause(withholding: [SecretBox(SecretBytes(copying: secret))])
        try hold(said.utf8.count <= 200, "more is shown than fits a line")
        try hold(isLine(said), "the words are no line")
        for start in 0...secret.utf8.count - 8 {
            try hold(!said.contains(secret.dropFirst(start).prefix(8)), "the words repeat a part of a secret")
        }
        try hold(!event.hasSucceeded || said.isEmpty, "what succeeded has a cause")
        try hold(ProvisionerEvent(line) == event, "read twice, it is another one")
        // Whatever follows the cause belongs to it.
        try hold(ProvisionerEvent(line + "|x")?.channel == event.channel, "another column shifts the channel")
    }
}
