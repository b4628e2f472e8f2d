import Domain
import SecretJSON

struct ReceiptRecord: Record {
    static let table = SealedTable.receipt
    let id: String
    let appID: String
    let receipt: Receipt

    /// - Parameter id: ``Sealer/receiptID(of:_:)``.
    init(id: String, appID: String, _ receipt: Receipt) {
        self.id = id
        self.appID = appID
        self.receipt = receipt
    }

    var opened: OpenedRow { .receipt(self) }

    init<Failure>(
        _ columns: inout Columns<Self, Failure>, _ members: inout Members<Self, Failure>
    ) throws(Failure) {
        id = try columns("id", \.id)
        appID = try columns("app", \.appID)
        let node = try members("node", \.receipt.holder.node)
        receipt = Receipt(
            holder: Holder(node: node, client: try members("client", \.receipt.holder.client)),
            generation: try members("generation", \.receipt.generation),
            secret: try members.ifPresent("secret", \.receipt.secret), at: try members("at", \.receipt.at),
            isAcknowledged: try members("acknowledged", \.receipt.isAcknowledged))
    }
}

extension Sealer {
    /// The ID of the row that has a holder's receipt for an app. Without the vault's keys it does not tell the client's name,
    /// nor which receipts are of one client.
    func receiptID(of holder: Holder, _ app: App) throws(VaultError) -> String {
        try blindIndex(of: "\(app.id) \(holder.node) \(holder.client)", in: .receipt, "id")
    }
}
