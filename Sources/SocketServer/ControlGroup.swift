import Domain

/// The systemd unit and slice of a process, according to its cgroup's path.
struct ControlGroup: Equatable {
    /// The unit of the system's manager. A user's own manager is such a unit itself (`user@1000.service`), and the units
    /// below it are ignored, because users may name those as they like.
    let unit: UnitName?
    let slice: String?

    /// - Parameter listing: the text of `/proc/PID/cgroup` (cgroups(7)): a line `id:controllers:path` for each hierarchy.
    ///   systemd's own is the one named `systemd`; if there is none, the only one of version 2.
    init(listing: String) {
        var path: Substring?
        for line in listing.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            if parts[1] == "name=systemd" {
                path = parts[2]
                break
            }
            if parts[0] == "0", parts[1].isEmpty { path = parts[2] }
        }
        self.init(path: path ?? "")
    }

    /// - Parameter path: such as `/system.slice/pingfederate.service`: nested slices, then the unit. Anything below a
    ///   unit is ignored.
    init(path: Substring) {
        var slice: Substring?
        for part in path.split(separator: "/", omittingEmptySubsequences: true) {
            // systemd puts '_' before a name that could be mistaken for a file of the kernel.
            let name = part.first == "_" ? part.dropFirst() : part
            guard name.hasSuffix(".slice") else {
                unit = UnitName(name)
                self.slice = unit == nil ? nil : slice.map(String.init) ?? "-.slice"
                return
            }
            slice = name
        }
        unit = nil
        self.slice = slice.map(String.init)
    }
}
