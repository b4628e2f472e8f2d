import Domain
import SecretJSON

struct RefusalsRecord: Record {
    static let table = SealedTable.refusals
    let appID: String
    let refusals: Refusals

    init(appID: String, _ refusals: Refusals) {
        self.appID = appID
        self.refusals = refusals
    }

    var cells: [Cell] { [.text(appID)] }
    var opened: OpenedRow { .refusals(self) }

    func write(to writer: inout JSONWriter) {
        writer.member("generation", refusals.generation.number)
        writer.key("times")
        writer.beginArray()
        for time in refusals.times { writer.integer(time.unixSeconds) }
        writer.endArray()
        writer.member("cause", refusals.cause)
        writer.member("reason", refusals.reason)
        if refusals.mayPass { writer.member("may_pass", 1) }
    }

    init(cells: [Cell], document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(["generation", "times", "cause", "reason", "may_pass"], of: document.root)
        guard let generation = Generation(try document.number("generation")) else {
            throw JSONError(.outOfRange, member: "generation")
        }
        var times: [Timestamp] = []
        for node in try document.list("times", of: document.root) {
            times.append(Timestamp(unixSeconds: try document.integer(node)))
        }
        appID = try cells.text(0)
        refusals = Refusals(
            generation: generation, times: times, cause: try document.text("cause"),
            reason: try document.text("reason"), mayPass: document.member("may_pass", of: document.root) != nil)
    }
}
