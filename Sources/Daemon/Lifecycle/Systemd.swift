import Glibc

/// Notifications to systemd (sd_notify(3)), and its settings in the environment.
enum Systemd {
    static func notify(_ state: String) {
        guard let variable = unsafe getenv("NOTIFY_SOCKET") else { return }
        var path = Array(unsafe String(cString: variable).utf8)
        guard let first = path.first, path.count < 108 else { return }
        // '@' stands for the zero byte at the start of an abstract address.
        if first == UInt8(ascii: "@") { path[0] = 0 }
        let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
        let message = Array(state.utf8)
        unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = unsafe sendto(descriptor, message, message.count, CInt(MSG_NOSIGNAL), address, length)
            }
        }
    }

    static func variable(_ name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }

    /// The interval in which systemd expects a notification (sd_watchdog_enabled(3)); `nil` without a watchdog.
    static func watchdogLimit(_ variable: (String) -> String? = variable, pid: pid_t = getpid()) -> Duration? {
        if let meant = variable("WATCHDOG_PID"), meant != String(pid) { return nil }
        return variable("WATCHDOG_USEC").flatMap(Int64.init).flatMap { $0 > 0 ? .microseconds($0) : nil }
    }
}
