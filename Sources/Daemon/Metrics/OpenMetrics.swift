import SecretMemory

/// A text in OpenMetrics 1.0: families of samples, in the order in which they were written. Holds nothing secret.
struct OpenMetrics: ~Copyable {
    private var text = SecretBuffer(capacity: 4096)

    /// One family of gauges; left out if it has no samples.
    /// - Parameters:
    ///   - name: ends with `_` and the unit if there is one.
    ///   - help: one line, without quotes and backslashes.
    ///   - samples: each with the value of the one label; `nil` for none.
    mutating func gauge(
        _ name: String, unit: String? = nil, help: String, label: String = "app", _ samples: [(of: String?, value: Int)]
    ) {
        guard !samples.isEmpty else { return }
        text.append("# TYPE \(name) gauge\n")
        if let unit { text.append("# UNIT \(name) \(unit)\n") }
        text.append("# HELP \(name) \(help)\n")
        for sample in samples {
            // Labels are names of apps and states, whose grammars have nothing that needs escaping.
            text.append(
                sample.of.map { "\(name){\(label)=\"\($0)\"} \(sample.value)\n" } ?? "\(name) \(sample.value)\n")
        }
    }

    /// The whole, with its end mark.
    consuming func finish() -> SecretBytes {
        text.append("# EOF\n")
        return text.finish()
    }
}
