/// What a rotation waits for. The raw values are shown to operators.
package enum WaitKind: String, CaseIterable, Sendable {
    case zoom, vault, targets, overlap, holders
    /// The operator.
    case you
}
