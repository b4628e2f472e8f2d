import SocketAPI

extension AdminRoute.Targets {
    /// `nil` for a path that is not about targets.
    init?(_ request: Request) throws(Problem) {
        let target = request.target
        if target.matches("/v1/targets") {
            self = try request.choose([.get: .list, .post: .add])
        } else if target.matches("/v1/targets/*") {
            let name = try target.name(2)
            let force = request.method == .delete ? try target.flag("force") : false
            self = try request.choose([.get: .show(name), .patch: .change(name), .delete: .remove(name, force: force)])
        } else if target.matches("/v1/targets/*/test") {
            self = try request.choose([.post: .test(try target.name(2))])
        } else if target.matches("/v1/targets/*/discover") {
            self = try request.choose([.get: .discover(try target.name(2))])
        } else if target.matches("/v1/targets/*/push") {
            self = try request.choose([.post: .push(try target.name(2))])
        } else if target.matches("/v1/targets/*/adopt") {
            self = try request.choose([.post: .adopt(try target.name(2))])
        } else if target.matches("/v1/consoles/discover") {
            self = try request.choose([.post: .discoverConsole])
        } else if target.matches("/v1/consoles/certificate") {
            self = try request.choose([.post: .certificate])
        } else {
            return nil
        }
    }
}
