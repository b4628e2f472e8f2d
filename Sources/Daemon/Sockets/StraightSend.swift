import Glibc
import NIOCore

/// A connection's own socket, for answers that the kernel takes at once.
///
/// Nearly all do: they are short, and the client waits for them. Such an answer goes from the wiped memory that it was
/// rendered into straight into the kernel, so that no copy of a secret is made on the way, and nothing has to be kept until
/// it can be wiped. What the kernel does not take goes through the channel, which waits until it does.
struct StraightSend {
    private static let flags = CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL)
    private let descriptor: CInt

    /// - Parameter context: that of a handler of the connection. `nil` when its channel is no socket.
    init?(_ context: ChannelHandlerContext) {
        let operations = context.pipeline.syncOperations
        guard let descriptor = try? operations.withUnsafeTransportIfAvailable(of: CInt.self, { $0 }) else { return nil }
        self.descriptor = descriptor
    }

    /// How many of the bytes the kernel took: none when it has no room, or the connection is broken, which the channel
    /// will be told too.
    ///
    /// To be called on the event loop, while nothing is on its way through the channel. The channel says whether the
    /// descriptor is still its own: it closes it on the same loop, and is inactive from then on.
    func send(_ bytes: RawSpan, on channel: any Channel) -> Int {
        guard channel.isActive else { return 0 }
        let sent = unsafe bytes.withUnsafeBytes { bytes in
            unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, Self.flags)
        }
        return max(sent, 0)
    }
}
