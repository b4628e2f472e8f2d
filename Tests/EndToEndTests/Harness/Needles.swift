import Foundation
import Testing

/// Secrets to be looked for, in all the forms in which they could hide.
struct Needles {
    private let forms: [(name: String, bytes: Data)]

    init(_ secrets: [String: String]) {
        forms = secrets.flatMap { name, secret in
            let bytes = Data(secret.utf8)
            var forms = [
                ("as it is", bytes), ("in hexadecimal", Data(bytes.hex.utf8)),
                ("in HEXADECIMAL", Data(bytes.hex.uppercased().utf8)),
                ("reversed", Data(bytes.reversed())), ("in part", bytes.prefix(12)), ("in its end", bytes.suffix(12)),
                ("for JSON", Data(secret.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").utf8)),
                (
                    "for JSON with slashes",
                    Data(
                        secret.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("/", with: "\\/")
                            .utf8)
                ),
            ]
            if let escaped = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) {
                forms.append(("percent-encoded", Data(escaped.utf8)))
            }
            // Base 64 of something longer that holds it, at each of the three alignments.
            for shift in 0..<3 {
                let text = (Data(repeating: 0, count: shift) + bytes).base64EncodedString()
                let inner = text.dropFirst(shift == 0 ? 0 : 4).prefix { $0 != "=" }.dropLast(2)
                forms.append(("in base 64", Data(inner.utf8)))
                forms.append(
                    ("in base 64 for URLs", Data(inner.replacing("+", with: "-").replacing("/", with: "_").utf8)))
            }
            return forms.map { (name: "\(name), \($0.0)", bytes: $0.1) }
        }
    }

    func expectNone(in haystack: Data, _ place: String) {
        for form in forms where haystack.count >= form.bytes.count {
            #expect(haystack.range(of: form.bytes) == nil, "\(form.name), in \(place)")
        }
    }
}
