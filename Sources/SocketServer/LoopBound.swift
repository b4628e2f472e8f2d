/// Something that belongs to a loop, on its way through other threads. It is used on the loop's thread alone.
package struct LoopBound<Value>: @unchecked Sendable {
    package let loop: EventLoop
    /// To be used on the loop.
    package let value: Value

    /// To be called on the loop.
    package init(_ value: Value, on loop: EventLoop) {
        self.loop = loop
        self.value = value
    }

    /// Has the loop do something with the value.
    package func execute(_ task: @escaping @Sendable (Value) -> Void) {
        loop.execute { task(self.value) }
    }
}
