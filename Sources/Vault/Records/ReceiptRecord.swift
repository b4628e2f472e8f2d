import Domain
import SecretJSON

struct ReceiptRecord: Record {
    static let table = SealedTable.receipt
    let appID: String
    let receipt: Receipt

    init(appID: String, _ receipt: Receipt) {
        self.appID = appID
        self.receipt = receipt
    }

    var id: String { "\(appID).\(receipt.client)" }
    var opened: OpenedRow { .receipt(self) }

    init<Failure>(
        _ columns: inout Columns<Self, Failure>, _ members: inout Members<Self, Failure>
    ) throws(Failure) {
        columns.derived { $0.id }
        appID = try columns("app", \.appID)
        receipt = Receipt(
            client: try columns("client", \.receipt.client),
            generation: try members("generation", \.receipt.generation),
            at: try members("at", \.receipt.at), isAcknowledged: try members("acknowledged", \.receipt.isAcknowledged))
    }
}
