package import Domain
package import SecretJSON
import SocketAPI

/// The meaning of a code and what to do about it. Codes are defined in other places; this one table explains them all,
/// and tests compare it with those places, so that no entry is missing or left over.
package struct ErrorEntry: Advised, Equatable, Sendable, ListedDocument {
    package enum Origin: String, JSONValue, CaseIterable, Sendable {
        /// `code` of a refusal on either socket.
        case socket
        /// The exit status of a command.
        case exit
        /// `code` of a problem in `keyturn status`.
        case status
        /// Why Zoom did not do what was asked, as Keyturn's code.
        case zoom
        /// Zoom's own code.
        case zoomAnswer = "zoom_answer"
        /// Why a push to PingFederate failed.
        case pingfederate

        package var words: String {
            switch self {
            case .socket: "refusal on a socket"
            case .exit: "exit code"
            case .status: "problem in keyturn status"
            case .zoom: "failure at Zoom"
            case .zoomAnswer: "Zoom's own answer"
            case .pingfederate: "failure at PingFederate"
            }
        }
    }

    package let code: String
    package let origin: Origin
    package let advice: Advice

    package init(_ code: String, _ origin: Origin, _ advice: Advice) {
        self.code = code
        self.origin = origin
        self.advice = advice
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        code = try members("code", \.code)
        origin = try members("origin", \.origin)
        advice = Advice(try members("meaning", \.detail), try: try members.ifPresent("try", \.hint))
    }
}

/// A list of entries, as JSON.
package struct ErrorList: Equatable, Sendable, ListedDocument {
    package let codes: [ErrorEntry]

    package init(_ codes: [ErrorEntry]) { self.codes = codes }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        codes = try members("codes", \.codes)
    }
}

package enum ErrorCatalog {
    package static let all: [ErrorEntry] =
        AttentionCode.allCases.map { ErrorEntry($0.rawValue, .status, $0.advice) }
        + ProblemCode.allCases.map { ErrorEntry($0.rawValue, .socket, $0.advice) }
        + ExitStatus.allCases.map { ErrorEntry(String($0.rawValue), .exit, $0.advice) }
        + ZoomCause.allCases.map { ErrorEntry($0.rawValue, .zoom, $0.advice) }
        + zoomAnswers.map { ErrorEntry($0, .zoomAnswer, $1) }
        + ConsoleCause.allCases.map { ErrorEntry($0.rawValue, .pingfederate, $0.advice) }

    /// The entries for a code. Some codes come from several places, and have another meaning in each.
    package static func entries(for code: String) -> [ErrorEntry] {
        let wanted = code.lowercased().replacing("-", with: "_")
        return all.filter { $0.code == wanted }
    }

    /// The known code that is most similar to this one; `nil` when none is.
    package static func nearest(to code: String) -> String? {
        Domain.nearest(to: code.lowercased().replacing("-", with: "_"), among: Set(all.map(\.code)))
    }
}
