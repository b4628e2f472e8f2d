import Dispatch
import Glibc
import Synchronization

/// The addresses of a host. A name server that does not answer must not delay longer than any other part of a login.
enum HostLookup {
    /// - Returns: `nil` when there was no answer within the limit, or no address.
    @Sendable static func addresses(of name: String, within limit: Duration) -> [String]? {
        if let itself = resolve(name, AI_NUMERICHOST) { return itself }
        let box = Box()
        let done = DispatchSemaphore(value: 0)
        // The thread stays until the resolver gives up: nothing ends it earlier.
        DispatchQueue.global().async {
            let addresses = resolve(name, 0)
            box.found.withLock { $0 = addresses }
            done.signal()
        }
        guard done.wait(timeout: .now() + .milliseconds(limit.milliseconds)) == .success else { return nil }
        return box.found.withLock { $0 }
    }

    private final class Box: Sendable { let found = Mutex<[String]?>(nil) }

    private static func resolve(_ name: String, _ flags: CInt) -> [String]? {
        var wanted = unsafe addrinfo()
        unsafe (wanted.ai_family, wanted.ai_socktype, wanted.ai_flags) = (AF_UNSPEC, CInt(SOCK_STREAM.rawValue), flags)
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(name, nil, &wanted, &list) == 0 else { return nil }
        defer { unsafe freeaddrinfo(list) }
        var found: [String] = []
        var next = unsafe list
        while let entry = unsafe next {
            var text = [UInt8](repeating: 0, count: Int(NI_MAXHOST))
            let status = unsafe text.withUnsafeMutableBytes { bytes in
                unsafe getnameinfo(
                    entry.pointee.ai_addr, entry.pointee.ai_addrlen,
                    bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                    socklen_t(bytes.count), nil, 0, NI_NUMERICHOST)
            }
            let address = String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
            if status == 0, !found.contains(address) { found.append(address) }
            unsafe next = unsafe entry.pointee.ai_next
        }
        return found.isEmpty ? nil : found
    }
}
