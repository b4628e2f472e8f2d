/// An object of a loop that is passed through other threads. It is used on the loop's thread only.
package struct LoopBound<Value>: @unchecked Sendable {
    package let loop: EventLoop
    /// Use it on the loop only.
    package let value: Value

    /// Call it on the loop.
    package init(_ value: Value, on loop: EventLoop) {
        self.loop = loop
        self.value = value
    }

    /// Runs a task with the value on the loop.
    package func execute(_ task: @escaping @Sendable (Value) -> Void) {
        loop.execute { task(self.value) }
    }
}
