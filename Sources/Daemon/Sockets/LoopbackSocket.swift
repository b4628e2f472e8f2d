import Glibc
import SocketAPI
import SocketServer

/// A socket that listens on loopback.
final class LoopbackSocket: Listener {
    let name: String
    let descriptor: CInt
    let knowsCallers = false

    init(_ address: LoopbackAddress, for setting: String) throws(StartError) {
        name = "\(address)"
        do {
            descriptor = try address.listen(backlog: 64)
        } catch {
            throw StartError(
                error.code == EACCES ? .notPermitted : .configuration, "\(setting): \(error)",
                hint: error.code == EADDRINUSE ? "another port; ss -ltnp says who has this one" : nil)
        }
    }

    /// It goes with the process.
    func remove() {}
}
