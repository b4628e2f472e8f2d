import Domain
import SecretJSON

/// Reads and writes a record's plain columns, in the table's order. ``Members`` does the same for the sealed part.
enum Columns<Object, Failure: Error> {
    case reading(ArraySlice<Cell>, (JSONError) -> Failure)
    case writing(Object, [Cell])

    mutating func callAsFunction<Value: ColumnValue>(
        _ name: String, _ value: (Object) -> Value
    ) throws(Failure) -> Value {
        switch self {
        case .reading(var cells, let failure):
            guard let found = cells.popFirst().flatMap(Value.init(cell:)) else {
                throw failure(JSONError(.outOfRange, member: name))
            }
            self = .reading(cells, failure)
            return found
        case .writing(let object, let cells):
            let value = value(object)
            self = .writing(object, cells + [value.cell])
            return value
        }
    }

    /// A column derived from the others: written, but ignored when reading.
    mutating func derived(_ value: (Object) -> some ColumnValue) {
        switch self {
        case .reading(let cells, let failure): self = .reading(cells.dropFirst(), failure)
        case .writing(let object, let cells): self = .writing(object, cells + [value(object).cell])
        }
    }

    /// The cells written so far; empty when reading.
    var written: [Cell] {
        if case .writing(_, let cells) = self { cells } else { [] }
    }
}

/// A value of a plain column.
protocol ColumnValue {
    init?(cell: Cell)
    var cell: Cell { get }
}

extension String: ColumnValue {
    init?(cell: Cell) {
        guard case .text(let text) = cell else { return nil }
        self = text
    }

    var cell: Cell { .text(self) }
}

extension Int: ColumnValue {
    init?(cell: Cell) {
        guard case .integer(let number) = cell else { return nil }
        self = number
    }

    var cell: Cell { .integer(self) }
}

extension ColumnValue where Self: RawRepresentable, RawValue == String {
    init?(cell: Cell) {
        guard let text = String(cell: cell) else { return nil }
        self.init(rawValue: text)
    }

    var cell: Cell { .text(rawValue) }
}

extension Credential.State: ColumnValue {}
extension RotationPhase: ColumnValue {}

extension Name: ColumnValue {
    init?(cell: Cell) {
        guard let text = String(cell: cell) else { return nil }
        self.init(text)
    }

    var cell: Cell { .text(description) }
}

extension Generation: ColumnValue {
    init?(cell: Cell) {
        guard case .integer(let number) = cell else { return nil }
        self.init(number)
    }

    var cell: Cell { .integer(number) }
}

extension Timestamp: ColumnValue {
    init?(cell: Cell) {
        guard case .integer(let seconds) = cell else { return nil }
        self.init(unixSeconds: seconds)
    }

    var cell: Cell { .integer(unixSeconds) }
}

extension Optional: ColumnValue where Wrapped: ColumnValue {
    init?(cell: Cell) {
        if cell == .null {
            self = .none
        } else if let value = Wrapped(cell: cell) {
            self = .some(value)
        } else {
            return nil
        }
    }

    var cell: Cell { self?.cell ?? .null }
}
