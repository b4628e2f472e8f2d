import Domain
import Glibc
package import Logging
import Maintenance

/// One line on standard error for each event: time, level, message, and fields. The journal gets its own priority, and
/// records the time itself.
package struct StandardErrorLog: LogHandler {
    package var metadata: Logger.Metadata = [:]
    private let volume: LogVolume
    /// The level of a logger that has its own.
    private var own: Logger.Level?
    private let toJournal: Bool

    package init(_ volume: LogVolume, toJournal: Bool) {
        self.volume = volume
        self.toJournal = toJournal
    }

    package var logLevel: Logger.Level {
        get { own ?? volume.level }
        set { own = newValue }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let particulars = all.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.quoted("\($0.value)"))" }.joined()
        let start = toJournal ? "<\(event.level.priority)>" : "\(SystemTime().now.wall) \(event.level) "
        let line = Array("\(start)\(event.message.description.singleLine)\(particulars)\n".utf8)
        _ = unsafe write(STDERR_FILENO, line, line.count)
    }

    private static func quoted(_ value: String) -> String {
        let value = value.singleLine
        return value.contains(" ") ? "\"\(value)\"" : value
    }
}

extension Logger.Level {
    /// As numbered by syslog(3).
    fileprivate var priority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
