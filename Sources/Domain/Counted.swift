/// A number with what it counts: `1 app`, `2 apps`, `0 apps`.
package func counted(_ number: Int, _ one: String, _ many: String? = nil) -> String {
    number == 1 ? "1 \(one)" : "\(number) \(many ?? one + "s")"
}
