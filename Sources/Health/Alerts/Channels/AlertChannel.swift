package import Domain
package import SocketAPI

/// A receiver of alerts besides the log, and which alerts it gets.
package struct AlertChannel: Sendable {
    let name: Name
    let type: AlertChannelType
    /// The least severity of a problem that it is told of.
    let least: Severity
    let receiver: any AlertReceiver

    package init(_ name: Name, _ type: AlertChannelType, least: Severity, _ receiver: any AlertReceiver) {
        (self.name, self.type, self.least, self.receiver) = (name, type, least, receiver)
    }
}

/// Sends an alert to one address.
package protocol AlertReceiver: Sendable {
    /// Where that is, as far as it is no secret.
    var place: String { get }

    /// Returns once the alert was accepted.
    /// - Parameter host: this host's name.
    func send(_ alert: Alert, from host: String) async throws(NotAccepted)
}

/// Why an alert was not accepted. Of the address, which may be a secret, only the host is named.
package struct NotAccepted: Error, Equatable, CustomStringConvertible {
    package let description: String
    /// Whether the receiver would answer the same again, until the settings there or here are changed.
    let isFinal: Bool
    /// How many seconds the receiver asked to wait.
    let retryAfter: Int?

    package init(_ description: String, isFinal: Bool = false, retryAfter: Int? = nil) {
        (self.description, self.isFinal, self.retryAfter) = (description, isFinal, retryAfter)
    }
}
