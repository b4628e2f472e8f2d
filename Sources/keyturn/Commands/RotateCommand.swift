import ArgumentParser
import Domain
import Glibc
import SecretMemory
import SocketAPI
import Terminal

struct RotateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Rotate an app's client secret with zero downtime.",
        discussion: """
            Requests a new secret from Zoom, verifies and serves it, and revokes the old one once all its holders have the new
            one. Returns once the new secret is current; with --wait, once the old one is revoked. If that takes more than a
            minute, or a push target cannot be reached, it exits with 75 and the rotation continues automatically. With
            --wait, a running rotation is followed to its end.

            --now is for a leaked secret: a running rotation is finished, and the present secret is revoked two minutes after
            a new one is live. It first shows which clients and push targets that leaves with a revoked secret, and asks. It
            returns once Zoom has confirmed when the leaked secret ends; with --wait, once it has ended.

            A pattern, --label or --all rotates several apps, a few at once: it shows which apps are meant and which are left
            out, and asks. If Zoom cannot be reached or limits an account's calls, that account's other apps are not tried.

            Example: keyturn rotate zoom-prod --overlap 1d
            Example: keyturn rotate --label env=test --dry-run
            """)

    @OptionGroup var apps: SelectionOptions
    @Option(
        help: ArgumentHelp(
            "The least time for which both stay valid; 0s: until every holder has moved.", valueName: "duration"))
    var overlap: DurationText?
    @Flag(help: "Show what would be done; change nothing.") var dryRun = false
    @Flag(help: "Wait until the old secret is revoked, and show progress.") var wait = false
    @Option(help: ArgumentHelp("With --wait: the longest time to wait.", valueName: "duration")) var timeout:
        DurationText?
    @Flag(help: "The new secret was generated in the Marketplace: verify and serve it.") var manual = false
    @Flag(help: "Read that secret from standard input.") var secretStdin = false
    @Flag(help: "For a leaked secret: revoke it once the new one is live, even if it is still in use.") var now = false
    @Flag(help: "With --now, and for several apps: do not ask.") var yes = false
    @Flag(help: "Rotate every app that is due: for scheduled jobs.") var due = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard due != apps.chosen.isGiven else {
            throw ValidationError("use either --due, or an app's name, a pattern, --label or --all")
        }
        guard !due || !(dryRun || manual || now || overlap != nil) else {
            throw ValidationError("--due uses each app's own policy")
        }
        if !due { try apps.chosen.validate() }
        let isMany = !due && apps.chosen.one == nil
        guard !isMany || !(manual || now) else {
            throw ValidationError("--manual and --now are for one app, by its name")
        }
        guard wait || timeout == nil else { throw ValidationError("--timeout needs --wait") }
        guard manual || !secretStdin else { throw ValidationError("--secret-stdin needs --manual") }
        guard !(manual && dryRun) else { throw ValidationError("--manual has no --dry-run") }
        guard !now || !(manual || overlap != nil) else {
            throw ValidationError("--now cannot be combined with --manual or --overlap")
        }
        guard now || isMany || !yes else { throw ValidationError("--yes needs --now, or several apps") }
    }

    func run() throws {
        if due { return try rotateDue() }
        guard let name = apps.chosen.one else { return try rotateMany() }
        if now { return try rotateNow(name) }
        if dryRun {
            return try common.show(try common.admin.send(.get, Self.plan(name, overlap)), as: RotationPlan.self) {
                StandardOutput.write(Self.text($0))
            }
        }
        let request = RotateRequest(overlap: overlap?.seconds, clientSecret: try secret())
        let follower = RotationFollower(
            common: common, toTheEnd: wait, throughPublishing: true, timeout: timeout?.seconds)
        let answer = try common.admin.send(
            .post, "/v1/apps/\(name)/rotate", body: request.render(), within: follower.patience)
        if wait, !manual, answer.problem?.code == .busy,
            let open = try? RotationCommand.show(name.description, common)
        {
            complain("keyturn: a rotation of '\(name)' is already running, and is followed: \(open.id)")
            return try finish([open], follower)
        }
        try finish([try answer.document()], follower)
    }

    private func rotateNow(_ name: Name) throws {
        let answer = try common.admin.send(.get, "/v1/apps/\(name)/plan/now")
        if dryRun {
            return try common.show(answer, as: EndingPlan.self) {
                StandardOutput.write($0.text("would rotate \(name) in an emergency; nothing was done"))
            }
        }
        let plan: EndingPlan = try answer.document()
        if !common.json { StandardOutput.write(plan.text("rotate \(name) now")) }
        try common.confirm("revoke the present secret of \(name) as soon as a new one is live?", yes: yes)
        let follower = RotationFollower(
            common: common, toTheEnd: true, throughPublishing: true, isBrief: !wait, timeout: timeout?.seconds)
        let request = RotateRequest(overlap: nil, clientSecret: nil, now: true)
        let begun = try common.admin.send(
            .post, "/v1/apps/\(name)/rotate", body: request.render(), within: follower.patience)
        try finish([try begun.document()], follower)
    }

    private func rotateMany() throws {
        let bulk = Bulk(verb: "rotate", chosen: apps.chosen, common: common, yes: yes, dryRun: dryRun)
        try RotateMany(bulk: bulk, overlap: overlap?.seconds, wait: wait, timeout: timeout?.seconds).run()
    }

    private func rotateDue() throws {
        let follower = RotationFollower(common: common, toTheEnd: wait, timeout: timeout?.seconds)
        let answer = try common.admin.send(.post, "/v1/rotations", within: .seconds(3600))
        try finish((try answer.document() as RotationList).rotations, follower)
    }

    private static func plan(_ name: Name, _ overlap: DurationText?) -> RequestPath {
        overlap.map { "/v1/apps/\(name)/plan?overlap=\($0.seconds)" } ?? "/v1/apps/\(name)/plan"
    }

    /// Follows each rotation as far as requested, and shows the final states.
    private func finish(_ begun: [RotationDocument], _ follower: RotationFollower) throws {
        var (rotations, failures) = ([RotationDocument](), [CommandFailure]())
        for rotation in begun {
            let (last, failure) = try follower.follow(rotation)
            rotations.append(last)
            if let failure { failures.append(failure) }
        }
        if common.json {
            if due {
                StandardOutput.write(document: RotationList(rotations: rotations))
            } else {
                StandardOutput.write(document: rotations[0])
            }
        } else if rotations.isEmpty {
            StandardOutput.write("nothing is due\n")
        } else {
            for rotation in rotations { StandardOutput.write(rotation.text) }
        }
        // A failure that needs the operator takes precedence over one that resolves automatically.
        if let failure = failures.first(where: { $0.status == .upstreamFailed }) ?? failures.first { throw failure }
    }

    private func secret() throws -> SecretBytes? {
        guard manual else { return nil }
        let entered =
            secretStdin
            ? try SecretInput.fromStandardInput(what: "client secret")
            : try SecretInput.fromTerminal(
                prompt: "new client secret: ", what: "client secret", insteadOf: "--secret-stdin")
        if entered.wasTrimmed { complainOfWhiteSpace(around: "client secret") }
        return entered.bytes.copy()
    }

    private static func text(_ plan: RotationPlan) -> String {
        var text = "would replace generation \(plan.base) of \(plan.app); nothing was done\n\nZoom would be asked for\n"
        for call in plan.calls { text += "  \(call)\n" }
        var table = TextTable()
        table.add("old secret expires", "by \(plan.oldSecretExpiresAt)")
        table.add(
            "both work for",
            plan.overlap == 0
                ? "as long as a client holds the old one"
                : "\(DurationText(seconds: plan.overlap).map(\.description) ?? "") at least")
        table.add("held by", plan.holders.isEmpty ? "nobody" : plan.holders.joined(separator: ", "))
        if !plan.targets.isEmpty { table.add("pushed to", plan.targets.joined(separator: ", ")) }
        text += "\n" + table.fitted
        for obstacle in plan.obstacles { text += "\nobstacle: \(obstacle)\n" }
        return text
    }
}

extension DurationText: ExpressibleByArgument {
    public init?(argument: String) {
        guard let duration = try? DurationText(argument) else { return nil }
        self = duration
    }
}
