import SocketAPI

extension AdminRoute.Targets {
    /// `nil` for a path that is not about targets.
    init?(_ request: Request) throws(Problem) {
        let target = request.target
        func only(_ method: Method, _ action: Self) throws(Problem) -> Self {
            guard request.method == method else { throw Refusal.method([method]) }
            return action
        }
        if target.matches("/v1/targets") {
            switch request.method {
            case .get: self = .list
            case .post: self = .add
            default: throw Refusal.method([.get, .post])
            }
        } else if target.matches("/v1/targets/*") {
            let name = try target.name(2)
            switch request.method {
            case .get: self = .show(name)
            case .patch: self = .change(name)
            case .delete: self = .remove(name, force: try target.flag("force"))
            default: throw Refusal.method([.get, .patch, .delete])
            }
        } else if target.matches("/v1/targets/*/test") {
            self = try only(.post, .test(try target.name(2)))
        } else if target.matches("/v1/targets/*/discover") {
            self = try only(.get, .discover(try target.name(2)))
        } else if target.matches("/v1/targets/*/push") {
            self = try only(.post, .push(try target.name(2)))
        } else if target.matches("/v1/targets/*/adopt") {
            self = try only(.post, .adopt(try target.name(2)))
        } else if target.matches("/v1/consoles/discover") {
            self = try only(.post, .discoverConsole)
        } else if target.matches("/v1/consoles/certificate") {
            self = try only(.post, .certificate)
        } else {
            return nil
        }
    }
}
