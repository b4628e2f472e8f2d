/// The two forms in which the same vocabulary writes JSON.
package enum JSONForm: Sendable {
    /// What goes over a socket or into a file that other programs read. A time is RFC 3339, a member that is null counts as
    /// absent, and a type says itself whether it refuses members that it does not know.
    case document
    /// What goes under a seal of the vault. A time is Unix seconds, a member is there or absent and never null, and members
    /// that are not known are refused: a newer program may have put a condition there.
    case record
}
