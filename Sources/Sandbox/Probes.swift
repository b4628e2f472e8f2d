import FoundationEssentials

/// The calls that show whether a token works, and how tokens are checked.
extension SandboxState {
    private struct UserList: Encodable {
        struct User: Encodable {
            var schemas = ["urn:ietf:params:scim:schemas:core:2.0:User"]
            var id: String
            var userName: String
            var active = true
        }
        var schemas = ["urn:ietf:params:scim:api:messages:2.0:ListResponse"]
        var totalResults = 1
        var startIndex = 1
        var itemsPerPage = 1
        var users: [User]

        enum CodingKeys: String, CodingKey {
            case schemas, totalResults, startIndex, itemsPerPage, users = "Resources"
        }
    }

    private struct SCIMError: Encodable {
        var schemas = ["urn:ietf:params:scim:api:messages:2.0:Error"]
        var detail: String
        var status: Int
    }

    private struct Summary: Encodable {
        var totalRecords = 1
        var licensedUsersCount = 1
        var basicUsersCount = 0
    }

    private static let scimType = "application/scim+json;charset=UTF-8"

    /// `GET /scim2/Users`. An invalid token is refused before SCIM sees the request, in the form of REST errors.
    /// [assumed]
    func scimUsers(_ request: SandboxRequest, at now: Date, entry: inout RequestLog.Entry) -> SandboxResponse {
        do throws(Refusal) {
            let (app, scopes) = try bearer(request, at: now, entry: &entry)
            guard scopes.contains(where: Scopes.scim.contains) else {
                throw Refusal(.missingScope(400, code: 4711, Scopes.scim[0]))
            }
            guard switches.sso else {
                let error = SCIMError(detail: "SSO is not enabled for this account.", status: 400)
                throw Refusal(.json(400, error, type: Self.scimType))
            }
            let user = UserList.User(id: app.accountID, userName: app.owner)
            return .json(200, UserList(users: [user]), keepKeys: true, type: Self.scimType)
        } catch {
            return error.response
        }
    }

    /// `GET /v2/users/summary`: counts only. The names of the counts are assumed. [assumed]
    func usersSummary(_ request: SandboxRequest, at now: Date, entry: inout RequestLog.Entry) -> SandboxResponse {
        do throws(Refusal) {
            let (_, scopes) = try bearer(request, at: now, entry: &entry)
            guard scopes.contains(where: Scopes.usersSummary.contains) else {
                throw Refusal(.missingScope(400, code: 4711, Scopes.usersSummary[0]))
            }
            return .json(200, Summary())
        } catch {
            return error.response
        }
    }

    /// The app whose valid token the request carries, and that token's scopes.
    func bearer(
        _ request: SandboxRequest, at now: Date, entry: inout RequestLog.Entry
    ) throws(Refusal) -> (app: App, scopes: [String]) {
        let token = request.bearer.flatMap { Token(text: $0, key: tokenKey) }
        let app = token.flatMap { apps.find(number: $0.app) }
        entry.clientID = app?.clientID
        entry.grant = token?.grant.rawValue
        guard let token, let app, app.accepts(token, single: switches.singleToken) else {
            throw Refusal(.apiError(401, code: 124, "Invalid access token."))
        }
        guard now.seconds < token.expires else {
            throw Refusal(.apiError(401, code: 124, "Access token is expired."))
        }
        return (app, app.scopes(of: token))
    }
}

extension SandboxResponse {
    /// The text says which scope a token lacks; status and code differ from call to call. [seen]
    static func missingScope(_ status: Int, code: Int, _ scope: String) -> Self {
        .apiError(status, code: code, "Invalid access token, does not contain scopes:[\(scope)].")
    }
}
