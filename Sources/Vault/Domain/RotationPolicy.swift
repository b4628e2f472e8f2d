/// When and how an app's secret is rotated without anybody asking.
package struct RotationPolicy: Equatable, Sendable {
    /// Seconds from one secret to the next; `nil` for never.
    package var every: Int?
    /// When it may begin, in the grammar of windows; empty for any time.
    package var windows: String
    /// The IANA name of the zone that the windows are in.
    package var timeZone: String
    /// The least time for which old and new are both valid, in seconds; 0 for as long as any client holds the old one.
    package var overlap: Int
    /// Whether scheduled work is stopped.
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
