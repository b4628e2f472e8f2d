import Domain
package import SocketAPI

extension HolderList {
    /// A table, with nodes only where there is more than one.
    package var text: String {
        let hasNodes = Set(holders.map(\.node)).count > 1
        var table = TextTable((hasNodes ? ["NODE"] : []) + ["CLIENT", "GENERATION", "SINCE", ""])
        for holder in holders {
            let remark = holder.isCurrent ? holder.isAcknowledged ? "acknowledged" : "" : "holds an old one"
            let cells = [holder.client.description, String(holder.generation), holder.at.description, remark]
            table.add(cells: ((hasNodes ? [holder.node.rawValue] : []) + cells).map { .init($0) })
        }
        return table.fitted
    }
}
