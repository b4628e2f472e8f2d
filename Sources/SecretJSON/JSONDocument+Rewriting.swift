package import SecretMemory

/// Changes to a document of another program. Everything that is not changed stays byte for byte, including numbers,
/// escapes and the order of members.
extension JSONDocument {
    /// The document with some values replaced.
    /// - Parameter replacements: each is JSON. No replaced value may lie within another.
    package func replacing(_ replacements: [JSONNode: SecretBox]) -> SecretBytes {
        bytes.withSpan { span in
            var text = SecretBuffer(capacity: span.byteCount + 1024)
            var offset = 0
            for (node, replacement) in replacements.sorted(by: { $0.key.index < $1.key.index }) {
                let place = extent(of: node)
                text.append(span.extracting(offset..<place.lowerBound))
                text.append(replacement.bytes)
                offset = place.upperBound
            }
            text.append(span.extracting(offset..<span.byteCount))
            return text.finish()
        }
    }

    /// The object without some members, and with a string member added at the end.
    package func object(
        _ node: JSONNode, leavingOut names: Set<String>, adding name: String, _ value: borrowing SecretBytes
    ) throws(JSONError) -> SecretBytes {
        guard kind(node) == .object else { throw JSONError(.wrongType) }
        var added = JSONWriter()
        added.beginObject()
        added.key(named: name)
        added.secret(value)
        added.endObject()
        var text = SecretBuffer(capacity: 1024)
        text.append(UInt8(ascii: "{"))
        for (key, value) in members(of: node) where !names.contains(try string(key)) {
            copy(extent(of: key), into: &text)
            text.append(UInt8(ascii: ":"))
            copy(extent(of: value), into: &text)
            text.append(UInt8(ascii: ","))
        }
        added.finish().withSpan { text.append($0.extracting(1..<$0.byteCount)) }
        return text.finish()
    }

    /// The document without white space, with its members sorted by name, and some left out: for comparing two
    /// documents.
    /// - Parameter isLeftOut: receives a member's name, and whether it is a member of the document itself.
    package func normalized(leavingOut isLeftOut: (_ name: String, _ isOutermost: Bool) -> Bool) -> SecretBytes {
        var text = SecretBuffer(capacity: 4096)
        normalize(root, into: &text, isLeftOut)
        return text.finish()
    }

    private func normalize(
        _ node: JSONNode, into text: inout SecretBuffer, _ isLeftOut: (String, Bool) -> Bool
    ) {
        switch kind(node) {
        case .object:
            let named = members(of: node).map { (name: (try? string($0.key)) ?? "", key: $0.key, value: $0.value) }
            let kept = named.filter { !isLeftOut($0.name, node == root) }.sorted { $0.name < $1.name }
            text.append(UInt8(ascii: "{"))
            for (index, member) in kept.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                copy(extent(of: member.key), into: &text)
                text.append(UInt8(ascii: ":"))
                normalize(member.value, into: &text, isLeftOut)
            }
            text.append(UInt8(ascii: "}"))
        case .array:
            text.append(UInt8(ascii: "["))
            for (index, element) in elements(of: node).enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                normalize(element, into: &text, isLeftOut)
            }
            text.append(UInt8(ascii: "]"))
        case .string, .number, .bool, .null: copy(extent(of: node), into: &text)
        }
    }

    private func copy(_ range: Range<Int>, into text: inout SecretBuffer) {
        bytes.withSpan { text.append($0.extracting(range)) }
    }

    /// The range of a value, with its quotes if it is a string.
    private func extent(of node: JSONNode) -> Range<Int> {
        let value = values[node.index]
        return value.kind == .string ? value.start - 1..<value.end + 1 : value.start..<value.end
    }
}
