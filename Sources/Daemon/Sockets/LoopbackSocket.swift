import Glibc
import Maintenance
import SocketAPI
import SocketServer
import System

/// A listening socket on loopback. It disappears with the process.
final class LoopbackSocket: Listener {
    let descriptor: CInt
    let knowsCallers = false

    /// The daemon retains no capability for a low port, even for root.
    static func check(_ address: LoopbackAddress, for setting: String) throws(StartError) {
        guard let lowest = address.lowestAllowed else { return }
        throw StartError(
            .configuration, "\(setting): a port below \(lowest) needs a privilege that the daemon drops",
            hint: "use a port from \(lowest) on")
    }

    init(_ address: LoopbackAddress, for setting: String) throws(StartError) {
        do {
            descriptor = try address.listen(backlog: 64)
        } catch {
            throw StartError(
                error.code == EACCES ? .notPermitted : .configuration, "\(setting): \(error)",
                hint: error.code == EADDRINUSE ? "use another port; ss -ltnp shows who has this one" : nil)
        }
    }
}
