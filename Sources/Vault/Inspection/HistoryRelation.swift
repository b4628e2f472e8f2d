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
        if other.history[newest.commit] == newest.head { return .older(changes: otherNewest.commit - newest.commit) }
        if history[otherNewest.commit] == otherNewest.head {
            return .newer(changes: newest.commit - otherNewest.commit)
        }
        let common = history.filter { other.history[$0.key] == $0.value }.keys.max()
        // A link that expired may have been a common one: only a point that both kept tells that they differ there.
        let differs = history.contains { commit, head in other.history[commit].map { $0 != head } ?? false }
        guard differs, let common else { return .unknown }
        return .diverged(after: common)
    }
}
