import Domain
package import SocketAPI

/// A command for several apps, as text: the plan first, then a line for each result.
package struct BulkText {
    private let verb: String
    private let plan: [BulkReport.Result]
    private let width: Int

    /// - Parameters:
    ///   - verb: `rotate`.
    ///   - plan: the apps of the command; what is not planned is left out.
    package init(_ verb: String, _ plan: [BulkReport.Result]) {
        (self.verb, self.plan) = (verb, plan.sorted { $0.app < $1.app })
        width = plan.map { $0.app.description.count }.max() ?? 0
    }

    package var count: Int { plan.count { $0.outcome == .planned } }

    package func planned(_ isDry: Bool) -> String {
        let left = plan.count - count
        var text = "\(isDry ? "would " : "")\(verb) \(counted(count, "app"))"
        if left > 0 { text += ", leave out \(left)" }
        text += isDry ? "; nothing was done\n" : "\n"
        for result in plan {
            text += "  \(padded(result.app))\(result.outcome == .leftOut ? "left out: " : "")\(result.advice)\n"
        }
        return text
    }

    package func line(_ result: BulkReport.Result) -> String {
        let mark =
            switch result.outcome {
            case .done: "done"
            case .failed: "failed"
            case .notTried: "not tried"
            case .leftOut: "left out"
            case .planned: "planned"
            }
        return mark.padding(to: 9) + "  " + padded(result.app) + onOneLine(result.advice.description) + "\n"
    }

    private func padded(_ name: Name) -> String { name.description.padding(to: width) + "  " }

    /// Why the command exits with another status than 0; `nil` if it does not.
    package static func failure(_ results: [BulkReport.Result]) -> String? {
        let failed = results.count { $0.outcome == .failed }
        let untried = results.count { $0.outcome == .notTried }
        guard failed + untried > 0 else { return nil }
        let rest = untried > 0 ? ", and \(counted(untried, "was", "were")) not tried" : ""
        return
            "\(failed) of \(counted(results.count { $0.outcome != .leftOut }, "app")) failed\(rest): each line says why"
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(width - count, 0)) }
}
