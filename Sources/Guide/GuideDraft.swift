package import Domain
package import SecretJSON
import SocketAPI

/// The progress of adding an app, saved so that it can be continued later. Never contains a secret.
package struct GuideDraft: Equatable, Sendable, ListedDocument {
    package let name: Name
    /// The step to continue with; `nil` once all are done.
    package var step: MarketplaceStep?
    /// The entered values. An empty text means that the question was skipped.
    package private(set) var values: [MarketplaceField: String] = [:]
    /// `nil` with both addresses, or where nothing was said.
    package var environment: ZoomEnvironment.Kind?
    package var tokenURL: String?
    package var apiURL: String?

    package init(name: Name) {
        self.name = name
        step = MarketplaceStep.allCases.first
    }

    /// The fields to ask for at a step: those without a value here. The secret never has one.
    package func open(at step: MarketplaceStep) -> [MarketplaceField] { step.fields.filter { values[$0] == nil } }

    package mutating func set(_ field: MarketplaceField, _ value: String) {
        if field.isKept { values[field] = value }
    }

    package mutating func finish(_ step: MarketplaceStep) {
        self.step = MarketplaceStep.allCases.firstIndex(of: step).flatMap { index in
            MarketplaceStep.allCases.indices.contains(index + 1) ? MarketplaceStep.allCases[index + 1] : nil
        }
    }

    /// The record that is kept with the app.
    package var profile: AppProfile {
        var profile = AppProfile()
        for field in AppProfile.Field.allCases {
            profile[field] = MarketplaceField(rawValue: field.rawValue).flatMap { values[$0] }.flatMap {
                $0.isEmpty ? nil : $0
            }
        }
        return profile
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        name = try members("name", \.name)
        step = try members.orNull("step", \.step)
        environment = try members.orNull("environment", \.environment)
        tokenURL = try members.orNull("token_url", \.tokenURL)
        apiURL = try members.orNull("api_url", \.apiURL)
        for field in MarketplaceField.allCases where field.isKept {
            values[field] = try members.ifPresent(field.rawValue) { $0.values[field] }
        }
    }
}
