/// What a client may fetch of an app. The raw values are stored, and shown to operators.
package enum Permission: String, CaseIterable, Sendable { case credentials, token }

/// What a client's policy allows: of which app, and what.
package struct Grant: Equatable, Sendable {
    package enum Target: Equatable, Sendable {
        case any
        case app(Name)
    }

    package let target: Target
    package let permissions: Set<Permission>
    // Read at each request, without a search in the set.
    private let allowsCredentials, allowsToken: Bool

    package init(target: Target, permissions: Set<Permission>) {
        self.target = target
        self.permissions = permissions
        (allowsCredentials, allowsToken) = (permissions.contains(.credentials), permissions.contains(.token))
    }

    package func covers(_ app: Name, _ permission: Permission) -> Bool {
        switch permission {
        case .credentials: allowsCredentials && covers(app)
        case .token: allowsToken && covers(app)
        }
    }

    /// Whether it names the app, for whatever permission.
    package func covers(_ app: Name) -> Bool {
        switch target {
        case .any: true
        case .app(let name): name == app
        }
    }
}

extension Grant.Target: RawRepresentable {
    /// An app's name, or `*` for every app.
    package init?(rawValue: String) {
        if rawValue == "*" {
            self = .any
        } else if let name = Name(rawValue) {
            self = .app(name)
        } else {
            return nil
        }
    }

    package var rawValue: String {
        switch self {
        case .any: "*"
        case .app(let name): name.description
        }
    }
}

/// `APP:credentials,token`.
extension Grant: CustomStringConvertible {
    package var description: String {
        "\(target.rawValue):\(permissions.map(\.rawValue).sorted().joined(separator: ","))"
    }
}
