package import Domain
import HTTPTransport

/// A failed call to a console, or to the token endpoint before it, classified once. Contains no secret.
package struct ConsoleFailure: Error, Equatable, CustomStringConvertible {
    package enum Disposition: Equatable, Sendable {
        /// May pass without intervention. `retryAfter` is the number of seconds that the server asked for, at most an
        /// hour.
        case later(retryAfter: Int? = nil)
        /// Fails again until somebody changes something, in PingFederate or in Keyturn.
        case needsFix
        /// PingFederate does not accept what was sent.
        case rejected
    }

    package let disposition: Disposition
    package let cause: ConsoleCause
    /// `nil` when there was no answer.
    package let status: Int?
    /// The message from the server or curl, as readable text on one line.
    package let detail: String?
    /// The server that was called; `nil` for a console in general.
    package let party: Counterpart?

    /// What to do, where it is more specific than the cause. `NAME` stands for the target's name.
    package let advice: String?

    package init(
        _ disposition: Disposition, _ cause: ConsoleCause, status: Int? = nil, detail: String? = nil,
        of party: Counterpart? = nil, advice: String? = nil
    ) {
        self.disposition = disposition
        self.cause = cause
        self.status = status
        self.detail = detail
        self.party = party
        self.advice = advice
    }

    package var description: String {
        let code = status.map { " (HTTP \($0))" } ?? ""
        guard let detail, !detail.isEmpty else { return sentence + code }
        return sentence.isEmpty ? detail : "\(sentence)\(code): \(detail)"
    }

    private var who: String {
        guard let party, party.role == .tokenEndpoint else { return "the console" }
        return "the token endpoint"
    }

    private var sentence: String {
        switch cause {
        case .editors, .mismatch, .replication: ""  // The detail is the whole of it.
        case .wrongAddress: "\(who) is not at \(party?.url.description ?? "this address")"
        case .unexpectedAnswer where party?.role == .tokenEndpoint: "the answer is not a token endpoint's"
        default: cause.meaning(at: who)
        }
    }
}
