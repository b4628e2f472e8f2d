/// An object whose initialiser lists its members once, for writing and for reading.
///
///     init<F>(_ members: inout Members<Self, F>) throws(F) {
///         app = try members("app", \.app)
///         generation = try members("generation", \.generation)
///         hint = try members.ifPresent("try", \.hint)
///     }
package protocol MemberList: JSONValue {
    /// Whether a member that is not in the list is refused. Otherwise it is ignored. A record is always strict.
    static var isStrict: Bool { get }

    /// Lists the members in the order in which they are written.
    init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure)
}

extension MemberList {
    package static var isStrict: Bool { false }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        let reader = MemberReader(node, in: document)
        var members = Members<Self, JSONError>.reading(reader) { $0 }
        try self.init(&members)
        if Self.isStrict || document.form == .record { try reader.refuseOthers() }
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        writeMembers(to: &json)
        json.endObject()
    }

    /// Writes the members into an object that is already open.
    package func writeMembers(to json: inout JSONWriter) { writeMembers(to: &json, withNulls: false) }

    /// - Parameter withNulls: whether to write null for members that the list would leave out.
    package func writeMembers(to json: inout JSONWriter, withNulls: Bool) {
        var members = Members<Self, Never>.writing(self, consume json, withNulls: withNulls)
        _ = Self(&members)
        json = members.finish()
    }

    /// The names of the members, as they are written.
    package var memberNames: [String] {
        var json = JSONWriter()
        write(to: &json)
        guard let document = try? JSONDocument(parsing: json.finish()) else { return [] }
        return document.members(of: document.root).compactMap { try? document.string($0.key) }
    }
}

/// The two directions of a ``MemberList``. Each call names a member and where its value is in the object. When reading,
/// the call returns the document's value. When writing, it writes the object's value and returns it, so that the
/// initialiser makes a copy, which is dropped; this cannot fail, so `Failure` is `Never`.
package enum Members<Object, Failure: Error>: ~Copyable {
    case reading(MemberReader, (JSONError) -> Failure)
    case writing(Object, JSONWriter, withNulls: Bool)

    package mutating func callAsFunction<Value: JSONValue>(
        _ name: String, _ value: (Object) -> Value
    ) throws(Failure) -> Value {
        try pass(value) { reader throws(JSONError) in
            try reader.value(name)
        } write: {
            $1.member(named: name, $0)
        }
    }

    /// A member that must meet a condition.
    package mutating func callAsFunction<Value: JSONValue>(
        _ name: String, _ value: (Object) -> Value, where isGood: (Value) -> Bool
    ) throws(Failure) -> Value {
        try pass(value) { reader throws(JSONError) in
            let value: Value = try reader.value(name)
            guard isGood(value) else { throw JSONError(.outOfRange, member: name) }
            return value
        } write: {
            $1.member(named: name, $0)
        }
    }

    /// A member that is always written. If it is absent or null, it has its default.
    package mutating func callAsFunction<Value: JSONValue>(
        _ name: String, _ value: (Object) -> Value, default usual: Value
    ) throws(Failure) -> Value {
        try pass(value) { reader throws(JSONError) in
            try reader.optional(name) ?? usual
        } write: {
            $1.member(named: name, $0)
        }
    }

    /// A member that is left out when it has its default.
    package mutating func callAsFunction<Value: JSONValue & Equatable>(
        _ name: String, _ value: (Object) -> Value, omitting usual: Value, where isGood: (Value) -> Bool = { _ in true }
    ) throws(Failure) -> Value {
        try pass(value) { reader throws(JSONError) in
            let value: Value = try reader.optional(name) ?? usual
            guard isGood(value) else { throw JSONError(.outOfRange, member: name) }
            return value
        } write: {
            if $0 != usual { $1.member(named: name, $0) }
        }
    }

    /// A member that is written as null when there is no value. When reading, an absent one counts as null.
    package mutating func orNull<Value: JSONValue>(
        _ name: String, _ value: (Object) -> Value?
    ) throws(Failure) -> Value? {
        try pass(value) { reader throws(JSONError) in
            try reader.optional(name)
        } write: {
            if let value = $0 { $1.member(named: name, value) } else { $1.key(named: name); $1.null() }
        }
    }

    /// A member that is left out when there is no value. When reading, null counts as absent.
    package mutating func ifPresent<Value: JSONValue>(
        _ name: String, _ value: (Object) -> Value?
    ) throws(Failure) -> Value? {
        if writesNulls { return try orNull(name, value) }
        return try pass(value) { reader throws(JSONError) in
            try reader.optional(name)
        } write: {
            if let value = $0 { $1.member(named: name, value) }
        }
    }

    /// A member that follows from the others: written, but not read.
    package mutating func derived(_ name: String, _ value: (Object) -> some JSONValue) {
        switch consume self {
        case .reading(let reader, let failure):
            reader.record(name)
            self = .reading(reader, failure)
        case .writing(let object, var json, let withNulls):
            json.member(named: name, value(object))
            self = .writing(object, json, withNulls: withNulls)
        }
    }

    /// A member with a fixed value that identifies the kind of object. An object with another value is refused.
    package mutating func constant(_ name: String, _ word: String) throws(Failure) {
        _ = try self(name, { _ in word }, where: { $0 == word })
    }

    /// The members of another list, in the same object.
    /// - Parameter withNulls: whether to write null for members that the list would leave out.
    package mutating func inline<Group: MemberList>(
        _ group: (Object) -> Group, withNulls: Bool = false
    ) throws(Failure) -> Group {
        let withNulls = withNulls || writesNulls
        return try pass(group) { reader throws(JSONError) in
            try reader.inline()
        } write: {
            $0.writeMembers(to: &$1, withNulls: withNulls)
        }
    }

    /// The members of another list, in the same object; `nil` where one of them is absent, by which the others go.
    package mutating func inline<Group: MemberList>(
        ifPresent name: String, _ group: (Object) -> Group?
    ) throws(Failure) -> Group? {
        try pass(group) { reader throws(JSONError) in
            reader.isPresent(name) ? try reader.inline() : nil
        } write: {
            $0?.writeMembers(to: &$1)
        }
    }

    /// Members whose list depends on the value.
    package mutating func inline<Value>(
        _ value: (Object) -> Value, read: (MemberReader) throws(JSONError) -> Value,
        write: (Value, inout JSONWriter) -> Void
    ) throws(Failure) -> Value {
        try pass(value, read: read, write: write)
    }

    /// A value made from members that were read before. If they do not fit together, `make` returns `nil`, and the error names
    /// this member.
    package mutating func made<Value>(
        _ name: String, _ value: (Object) -> Value, _ make: () -> Value?
    ) throws(Failure) -> Value {
        try pass(value) { _ throws(JSONError) in
            guard let value = make() else { throw JSONError(.outOfRange, member: name) }
            return value
        } write: { _, _ in
        }
    }

    private var writesNulls: Bool {
        switch self {
        case .reading: false
        case .writing(_, _, let withNulls): withNulls
        }
    }

    private mutating func pass<Value>(
        _ value: (Object) -> Value, read: (MemberReader) throws(JSONError) -> Value,
        write: (Value, inout JSONWriter) -> Void
    ) throws(Failure) -> Value {
        switch consume self {
        case .reading(let reader, let failure):
            self = .reading(reader, failure)
            do { return try read(reader) } catch { throw failure(error) }
        case .writing(let object, var json, let withNulls):
            let value = value(object)
            write(value, &json)
            self = .writing(object, json, withNulls: withNulls)
            return value
        }
    }

    /// What a writer has then.
    package consuming func finish() -> JSONWriter {
        guard case .writing(_, let json, _) = consume self else { return JSONWriter() }
        return json
    }
}
