package import Domain
package import HTTPTransport
import System

/// Mailboxes that get alerts through a mail server.
package struct MailReceiver: AlertReceiver {
    private let server: MailServer
    private let submission: MailSubmission
    private let sender: MailAddress
    private let recipients: [MailAddress]
    private let time: any TimeSource

    /// - Parameters:
    ///   - authorities: PEM certificates to trust instead of the system's.
    package init(
        _ server: MailServer, authorities: String?, login: MailSubmission.Login?, from sender: MailAddress,
        to recipients: [MailAddress], time: any TimeSource
    ) {
        self.server = server
        submission = MailSubmission(server, authorities: authorities, login: login)
        (self.sender, self.recipients, self.time) = (sender, recipients, time)
    }

    package var place: String { server.description }

    package func send(_ alert: Alert, from host: String) async throws(NotAccepted) {
        let message = alert.mail(host: host, from: sender, to: recipients, now: time.now.wall)
        do {
            try await offThePool { [submission, sender, recipients] in
                try submission.send(message, from: sender, to: recipients)
            }
        } catch let error as MailSubmission.Refused {
            throw NotAccepted("\(place): \(error)", isFinal: error.isFinal)
        } catch {
            throw NotAccepted("\(place): the mail was not sent")
        }
    }
}
