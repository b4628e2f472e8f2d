import SecretMemory
import TestSupport
import Testing

@Suite struct SecretBoxTests {
    private struct Holder {
        let name = "holder"
        let secret: SecretBox
    }

    private enum Choice { case some(SecretBox) }

    private static let value: String = "Kq7-canary-value"
    private let box: SecretBox = SecretBox(SecretBytes(copying: SecretBoxTests.value))

    private func dumped(_ value: Any) -> String {
        var text = ""
        dump(value, to: &text)
        return text
    }

    /// Every way in which Swift turns a value into text.
    private func texts(_ value: Any) -> [String] {
        [
            "\(value)", String(describing: value), String(reflecting: value), dumped(value),
            "\(Mirror(reflecting: value).children.map { "\($0)" })", "\(value as Any)",
        ]
    }

    @Test func `a box says <secret>, however it is asked`() {
        #expect("\(box)" == "<secret>")
        #expect(String(describing: box) == "<secret>")
        #expect(String(reflecting: box) == "<secret>")
        #expect(dumped(box).contains("<secret>"))
        #expect(Mirror(reflecting: box).children.isEmpty)
    }

    @Test func `no way of printing the owner of a box shows the value or its bytes`() {
        let holders: [Any] = [
            box, [box], Optional.some(box) as Any, ["key": box], (1, box), Holder(secret: box), Choice.some(box),
            Result<SecretBox, Never>.success(box), [[Optional.some(Holder(secret: box))]],
        ]
        let shown = holders.flatMap { texts($0) }
        let numbers = Self.value.utf8.prefix(4).map(String.init).joined(separator: ", ")
        for text in shown {
            #expect(!text.contains("canary") && !text.contains(numbers) && !text.contains("0x"))
        }
        #expect("\([box])" == "[<secret>]")
        #expect("\(Optional.some(box) as Any)" == "Optional(<secret>)")
    }

    @Test func `the value is there for code that asks for it`() {
        #expect(box.text == Self.value)
    }
}
