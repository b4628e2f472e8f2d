import Domain

/// Where systemd has a process, as its cgroup's path says.
struct ControlGroup: Equatable {
    /// The unit of the system's manager. A user's own manager is such a unit itself (`user@1000.service`), and what it
    /// runs is not looked at: there every user may call a unit as he likes.
    let unit: UnitName?
    let slice: String?

    /// - Parameter listing: the text of `/proc/PID/cgroup` (cgroups(7)): one line for each hierarchy, each
    ///   `id:controllers:path`. systemd's own is the one named `systemd`; where there is none, the only one of version 2.
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

    /// - Parameter path: such as `/system.slice/pingfederate.service`: slices, each within the one before, and then the
    ///   unit. What lies below a unit is the unit's own business.
    init(path: Substring) {
        var slice: Substring?
        for part in path.split(separator: "/", omittingEmptySubsequences: true) {
            // systemd puts '_' before a name that could be taken for a file of the kernel's.
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
