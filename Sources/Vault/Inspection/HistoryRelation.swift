/// How the histories of two copies of a vault relate to each other.
package enum HistoryRelation: Equatable, Sendable {
    case same
    /// The other copy has all changes of this one, and more.
    case older(changes: Int)
    /// This copy has all changes of the other one, and more.
    case newer(changes: Int)
    /// Each has changes that the other lacks.
    /// - Parameter after: the last change that both are known to have.
    case diverged(after: Int)
    /// The histories that were kept do not reach far enough.
    case unknown
}

extension Inspection {
    /// How this copy relates to another one of the same vault.
    package func relation(to other: Inspection) -> HistoryRelation {
        guard let newest, let otherNewest = other.newest else { return .unknown }
        if newest == otherNewest { return .same }
        if other.history[newest.commit] == newest.head { return .older(changes: other.changes(after: newest.commit)) }
        if history[otherNewest.commit] == otherNewest.head {
            return .newer(changes: changes(after: otherNewest.commit))
        }
        let common = history.filter { other.history[$0.key] == $0.value }.keys.max()
        guard differs(from: other) || other.differs(from: self), let common else { return .unknown }
        return .diverged(after: common)
    }

    private func changes(after commit: Int) -> Int {
        let left = skipped.filter { $0.lowerBound > commit }.reduce(0) { $0 + $1.count }
        return (newest?.commit ?? commit) - commit - left
    }

    /// Whether a number that both know stands for two changes, or for none in this copy. A link that only expired tells
    /// nothing.
    private func differs(from other: Inspection) -> Bool {
        history.contains { commit, head in other.history[commit].map { $0 != head } ?? false }
            || skipped.contains { gap in other.history.keys.contains(where: gap.contains) }
    }
}
