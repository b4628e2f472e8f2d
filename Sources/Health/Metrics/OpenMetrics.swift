import SecretMemory

/// A text in OpenMetrics 1.0: families of samples, in the order in which they were written. Contains no secret.
package struct OpenMetrics: ~Copyable {
    package enum Dialect: Sendable {
        case openMetrics
        /// Prometheus' own text format, version 0.0.4, which node_exporter reads from files.
        case text
    }

    /// The name and value of each label, and the number. Values are names and codes, whose grammars need no escaping.
    struct Sample: Sendable {
        let labels: [(name: String, value: String)]
        let value: String

        init(_ value: Int) { self.init([], value) }

        init(_ labels: [(name: String, value: String)], _ value: Int) {
            (self.labels, self.value) = (labels, String(value))
        }

        init(_ labels: [(name: String, value: String)] = [], seconds: Double) {
            (self.labels, value) = (labels, "\(seconds)")
        }
    }

    /// How often something took how long.
    package struct Histogram: Equatable, Sendable {
        /// Upper bounds in seconds, as they are written.
        package let bounds: [String]
        /// For each bound how many took no longer; last how many there were.
        package let cumulative: [Int]
        /// Of all together.
        package let seconds: Double

        package init(bounds: [String] = [], cumulative: [Int] = [0], seconds: Double = 0) {
            (self.bounds, self.cumulative, self.seconds) = (bounds, cumulative, seconds)
        }
    }

    private let dialect: Dialect
    private var text = SecretBuffer(capacity: 4096)

    init(_ dialect: Dialect = .openMetrics) { self.dialect = dialect }

    /// One family of gauges; left out if it has no samples.
    /// - Parameters:
    ///   - name: ends with `_` and the unit if there is one.
    ///   - help: one line, without quotes and backslashes.
    ///   - samples: each with the value of the one label; `nil` for none.
    mutating func gauge(
        _ name: String, unit: String? = nil, help: String, label: String = "app", _ samples: [(of: String?, value: Int)]
    ) {
        gauge(
            name, unit: unit, help: help,
            samples.map { sample in Sample(sample.of.map { [(label, $0)] } ?? [], sample.value) })
    }

    mutating func gauge(_ name: String, unit: String? = nil, help: String, _ samples: [Sample]) {
        guard !samples.isEmpty else { return }
        begin(name, "gauge", unit: unit, help: help)
        for sample in samples { write(name, sample) }
    }

    /// A counter, which only increases while the daemon runs; left out if it has no samples.
    /// - Parameter name: without the `_total` of its samples.
    mutating func counter(_ name: String, help: String, _ samples: [Sample]) {
        guard !samples.isEmpty else { return }
        begin(dialect == .text ? name + "_total" : name, "counter", help: help)
        for sample in samples { write(name + "_total", sample) }
    }

    /// - Parameter parts: each with its labels.
    mutating func histogram(
        _ name: String, help: String, _ parts: [(labels: [(name: String, value: String)], histogram: Histogram)]
    ) {
        begin(name, "histogram", unit: "seconds", help: help)
        for (labels, histogram) in parts {
            for (bound, count) in zip(histogram.bounds + ["+Inf"], histogram.cumulative) {
                write(name + "_bucket", Sample(labels + [("le", bound)], count))
            }
            write(name + "_sum", Sample(labels, seconds: histogram.seconds))
            write(name + "_count", Sample(labels, histogram.cumulative.last ?? 0))
        }
    }

    private mutating func begin(_ name: String, _ type: String, unit: String? = nil, help: String) {
        text.append("# TYPE \(name) \(type)\n")
        if let unit, dialect == .openMetrics { text.append("# UNIT \(name) \(unit)\n") }
        text.append("# HELP \(name) \(help)\n")
    }

    private mutating func write(_ name: String, _ sample: Sample) {
        text.append(name)
        if !sample.labels.isEmpty {
            text.append("{" + sample.labels.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ",") + "}")
        }
        text.append(" \(sample.value)\n")
    }

    /// The whole text, with its end mark.
    consuming func finish() -> SecretBytes {
        if dialect == .openMetrics { text.append("# EOF\n") }
        return text.finish()
    }
}
