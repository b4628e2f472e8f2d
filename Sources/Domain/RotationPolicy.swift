/// When and how an app's secret is rotated automatically.
package struct RotationPolicy: Equatable, Sendable {
    /// Seconds from one rotation to the next; `nil` for never.
    package var every: Int?
    /// When a rotation may start, in the grammar of windows; empty for any time.
    package var windows: String
    /// The IANA name of the windows' time zone.
    package var timeZone: String
    /// The minimum time for which both secrets are valid, in seconds; 0 for as long as any client holds the old one.
    package var overlap: Int
    /// Whether scheduled rotations are paused.
    package var isPaused: Bool

    package init(
        every: Int? = nil, windows: String = "", timeZone: String = "UTC", overlap: Int = 7 * 86_400,
        isPaused: Bool = false
    ) {
        self.every = every
        self.windows = windows
        self.timeZone = timeZone
        self.overlap = overlap
        self.isPaused = isPaused
    }
}
