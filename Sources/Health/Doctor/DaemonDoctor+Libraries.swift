import HTTPTransport
import SocketAPI
import Vault

/// The doctor's lines about the loaded libraries, by their versions. Distributions fix bugs without changing these, so a
/// version alone causes a warning and not a failure.
extension DaemonDoctor {
    /// Up to 3.0.6 a certificate can overrun a buffer (CVE-2022-3602), if a forged server presents it.
    static func openSSL(_ text: String) -> Line {
        guard let version = Version(text) else { return Line(.openssl, .skipped, text) }
        guard version >= Version(3, 0, 7) else {
            return Line(
                .openssl, .warning,
                "\(text): before 3.0.7 a server's certificate can overrun a buffer, unless the distribution fixed it",
                try: "apt-get install --only-upgrade libssl3")
        }
        return Line(.openssl, .passed, text)
    }

    /// What stores the rows.
    static func storage(_ library: StorageLibrary) -> Line {
        switch library {
        case .sqlite(let version): sqlite(version)
        case .libpq(let version): Line(.libpq, .passed, "libpq \(version)")
        }
    }

    /// What the vault's database says of itself, and whether it answers at all.
    func database() async -> [Line] {
        do {
            guard let report = try await server() else { return [] }
            return [Line(.database, .passed, report.words)] + report.warnings.map { Line(.database, .warning, $0) }
        } catch let error as StoreError {
            return [Line(.database, .failed, error.advice)]
        } catch {
            return [Line(.database, .failed, "it cannot be asked: \(type(of: error))")]
        }
    }

    /// Before 3.51.3 (except 3.50.7 and 3.44.6) two connections that checkpoint at once can lose commits.
    static func sqlite(_ text: String) -> Line {
        guard let version = Version(text) else { return Line(.sqlite, .skipped, "SQLite \(text)") }
        let isFixed =
            version >= Version(3, 51, 3) || (version >= Version(3, 50, 7) && version < Version(3, 51, 0))
            || (version >= Version(3, 44, 6) && version < Version(3, 45, 0))
        guard !isFixed else { return Line(.sqlite, .passed, "SQLite \(text)") }
        return Line(
            .sqlite, .passed,
            "SQLite \(text): its WAL-reset bug (before 3.51.3) takes two connections, and the vault has one")
    }

    /// From 7.69 and before 8.4.0 a long host name overruns a buffer on its way to a SOCKS5 proxy that resolves it
    /// (CVE-2023-38545).
    /// - Parameters:
    ///   - tls: its TLS library.
    ///   - proxy: from the environment.
    static func libcurl(_ text: String, tls: String, proxy: ProxySetting?) -> Line {
        let words = "libcurl \(text), \(tls)"
        guard let version = Version(text) else { return Line(.libcurl, .skipped, words) }
        guard tls.hasPrefix("OpenSSL/") else {
            return Line(
                .libcurl, .failed, "\(words): it does not use OpenSSL for TLS, which is required",
                try: "apt-get install libcurl4")
        }
        guard version >= Version(7, 87, 0) else {
            return Line(
                .libcurl, .failed, "\(words): it is older than 7.87, which this program requires",
                try: "apt-get install --only-upgrade libcurl4")
        }
        if version < Version(8, 4, 0), case .proxy(_, let proxy) = proxy, proxy.scheme == "socks5h" {
            return Line(
                .libcurl, .warning,
                "\(words): before 8.4.0 a name can overrun a buffer on its way to the proxy, unless the distribution fixed it",
                try: "apt-get install --only-upgrade libcurl4, or another kind of proxy")
        }
        return Line(.libcurl, .passed, words)
    }

    /// How requests leave this host.
    static func proxy(_ setting: ProxySetting?) -> Line {
        switch setting {
        case nil: Line(.proxy, .passed, "none: requests go directly to Zoom and the consoles")
        case .proxy: Line(.proxy, .passed, setting?.description ?? "")
        case .unusable(let variable):
            Line(
                .proxy, .failed, "\(setting?.description ?? ""): no request to Zoom or to a console leaves this host",
                try: "set \(variable) to http://USER:PASSWORD@HOST:PORT, other characters as %XX, and restart keyturnd")
        }
    }

    static func keyMemory(isLocked: Bool) -> Line {
        guard !isLocked else {
            return Line(.keyMemory, .passed, "the vault's keys are in memory that is never swapped out")
        }
        return Line(
            .keyMemory, .warning, "the vault's keys may be swapped out: the kernel does not lock their pages",
            try: "set LimitMEMLOCK=1M in the unit (ulimit -l 1024), or no swap: MemorySwapMax=0")
    }
}

/// The three numbers of a library's version text.
private struct Version: Comparable {
    let numbers: [Int]

    init(_ major: Int, _ minor: Int, _ patch: Int) { numbers = [major, minor, patch] }

    init?(_ text: String) {
        let word = text.split { !$0.isNumber && $0 != "." }.first ?? ""
        numbers = word.split(separator: ".").prefix(3).compactMap { Int($0) }
        guard numbers.count == 3 else { return nil }
    }

    static func < (left: Version, right: Version) -> Bool { left.numbers.lexicographicallyPrecedes(right.numbers) }
}
