import SecretMemory

/// A reader of bytes that come from outside, and what must hold of it whatever the bytes.
///
/// One body for both who runs it: the gate, with a few thousand mutations of the corpus, and `scripts/fuzz`, for as
/// long as one likes. A new target is a file beside this one, a line in ``all``, and some files in
/// `fuzz/corpus/NAME`.
struct FuzzTarget: Sendable, CustomStringConvertible {
    let name: String
    /// Throws ``Broken`` when a property does not hold. A trap is the other way to fail.
    let run: @Sendable ([UInt8]) throws -> Void

    static let all: [FuzzTarget] = [
        requests, requestsTwice, answers, json, documents, names, durations, windows, zones, seals, records, recovery,
        objects, zoomAnswers, rotationAnswers, consoleAnswers, consoleLists, provisionerLog, retryAfter, addresses,
        settings,
        audit,
        spool,
    ]

    var description: String { name }
}

/// A property that does not hold.
struct Broken: Error, CustomStringConvertible {
    let description: String
}

func hold(_ condition: Bool, _ what: @autoclosure () -> String) throws(Broken) {
    if !condition { throw Broken(description: what()) }
}

/// What a target draws from its input: the first bytes choose, the rest is read.
struct Choices {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// A number from 0 up to, and not including, `bound`; 0 when nothing is left.
    mutating func below(_ bound: Int) -> Int { Int(rest.popFirst() ?? 0) % bound }

    mutating func oneOf<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }
}

func secret(_ bytes: some Collection<UInt8>) -> SecretBytes {
    let array = Array(bytes)
    return SecretBytes(copying: unsafe array.span.bytes)
}

func bytes(_ secret: borrowing SecretBytes) -> [UInt8] { secret.withSpan { $0.array } }

func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
