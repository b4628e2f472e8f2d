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

    var cells: [Cell] {
        [.text(id), .text(appID), .text(receipt.client.description)]
    }
    var id: String { "\(appID).\(receipt.client)" }
    var opened: OpenedRow { .receipt(self) }

    func write(to writer: inout JSONWriter) {
        writer.member("generation", receipt.generation.number)
        writer.member("at", receipt.at)
        writer.member("acknowledged", receipt.isAcknowledged)
    }

    init(cells: [Cell], document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(["generation", "at", "acknowledged"], of: document.root)
        guard let client = Name(try cells.text(2)) else { throw JSONError(.outOfRange, member: "client") }
        guard let generation = Generation(try document.number("generation")) else {
            throw JSONError(.outOfRange, member: "generation")
        }
        appID = try cells.text(1)
        receipt = Receipt(
            client: client, generation: generation, at: try document.time("at"),
            isAcknowledged: try document.bool(try document.require("acknowledged", of: document.root)))
    }
}
