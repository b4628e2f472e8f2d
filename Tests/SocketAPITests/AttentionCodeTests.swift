import Domain
import Testing

@testable import SocketAPI

@Suite struct AttentionCodeTests {
    @Test func `a cause at Zoom that may pass stands after what is wrong with an app`() {
        func place(_ cause: ZoomCause) -> Int { AttentionCode.urgency(of: cause.rawValue) }
        func place(_ code: AttentionCode) -> Int { AttentionCode.urgency(of: code.rawValue) }
        for code in [AttentionCode.rotationOverdue, .rotationImpossible, .rotationRefused] {
            #expect(place(code) < place(ZoomCause.serverError), "\(code)")
        }
        #expect(place(ZoomCause.invalidClient) == place(AttentionCode.missingScopes))
    }
}
