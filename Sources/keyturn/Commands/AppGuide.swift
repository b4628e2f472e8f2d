import Domain
import Glibc
import Guide
import SecretMemory
import SocketAPI
import Terminal

/// Guides an operator at a terminal through the Marketplace to a working app. `Guide` decides the texts and judges the
/// answers; this shows them and asks.
struct AppGuide {
    private let common: CommonOptions
    private let file: DraftFile?
    private let record: ProfileOptions
    private var draft: GuideDraft
    private var secret: SecretBox?
    /// Whether the draft is in its file.
    private var isSaved: Bool

    /// - Parameters:
    ///   - record: the owner and the labels, which the guide does not ask for.
    ///   - given: the values from flags.
    init(
        _ name: Name, _ common: CommonOptions, _ record: ProfileOptions, given: (inout GuideDraft) -> Void
    ) throws {
        self.common = common
        self.record = record
        file = DraftFile(name)
        draft = GuideDraft(name: name)
        isSaved = file != nil
        try checkThatNameIsFree(name)
        say("\nthis guides you through the Zoom App Marketplace and stores the app as '\(name)' at the end")
        say("quit at any question with q or Ctrl-C: the entered values are saved, but never the secret")
        if let kept = file?.read(), kept.name == name {
            let place = kept.step.map { "step \($0.number) of \(MarketplaceStep.allCases.count)" } ?? "the check"
            say("\ncontinuing where you left off: \(place)")
            guard let line = Question.line("press Enter to continue (n: start over, q: quit) "), line != "q" else {
                throw left()
            }
            if line != "n" { draft = kept }
        }
        given(&draft)
    }

    mutating func run() throws {
        save()
        while let step = draft.step {
            show(step)
            for field in draft.open(at: step) where field.isKept || secret == nil {
                if field == .clientSecret { try askSecret() } else { try ask(field) }
            }
            if step.fields.isEmpty { try wait("  press Enter when that is done (q: quit) ") }
            draft.finish(step)
            save()
        }
        try check()
        try store()
    }

    /// Detects a taken name or a missing daemon at the start, not after all questions.
    private func checkThatNameIsFree(_ name: Name) throws {
        let answer = try common.admin.send(.get, "/v1/apps/\(name)")
        if let problem = answer.problem {
            guard problem.code == .notFound else { throw CommandFailure(.problem(problem)) }
        } else {
            throw CommandFailure(
                .badData, "there already is an app '\(name)'",
                try: "choose another name, or see keyturn app show \(name)")
        }
    }

    // MARK: Asking

    private func show(_ step: MarketplaceStep) {
        say("\nstep \(step.number) of \(MarketplaceStep.allCases.count): \(step.title)")
        for (index, task) in step.tasks.enumerated() { say(task, behind: index == 0 ? "  do   " : "       ") }
        say(step.reason, behind: "  why  ")
    }

    private mutating func ask(_ field: MarketplaceField, keeping present: String? = nil) throws {
        let note = field.note.map { " (\($0))" } ?? ""
        let enter = present.map { " [Enter: \($0)]" } ?? (field.isOptional ? " [Enter: none]" : "")
        while true {
            guard let line = Question.raw("  \(field.words)\(note)\(enter): "), line != "q" else { throw left() }
            if line.isEmpty, present != nil { return }
            let others = draft.values.filter { $0.key != field }
            switch field.judge(line, knowing: others) {
            case .taken(let value, let wasTrimmed): return accept(field, value, wasTrimmed)
            case .skipped: return accept(field, "", false)
            case .doubtful(let value, let wasTrimmed, let why):
                if Question.isYes("  \(why); use it anyway?") { return accept(field, value, wasTrimmed) }
            case .refused(let why): say(why, behind: "  ")
            }
        }
    }

    private mutating func accept(_ field: MarketplaceField, _ value: String, _ wasTrimmed: Bool) {
        if wasTrimmed { say("there was white space around it; it was left out", behind: "  ") }
        draft.set(field, value)
        save()
    }

    private mutating func askSecret() throws {
        let enter = secret == nil ? "" : " [Enter: as before]"
        while true {
            let entered: EnteredSecret
            do throws(InputError) {
                entered = try SecretInput.fromTerminal(
                    prompt: "  client secret (not shown)\(enter): ", what: "client secret", insteadOf: "--secret-stdin")
            } catch {
                switch error.kind {
                case .empty where secret != nil: return
                case .empty: say(error.description, behind: "  ")
                case .givenUp: throw left()
                case .other: throw error
                }
                continue
            }
            guard !entered.bytes.constantTimeEquals(SecretBytes(copying: "q")) else { throw left() }
            if let field = draft.field(holding: entered.bytes) {
                say("this is the \(field.words) that you entered before, not the client secret", behind: "  ")
                continue
            }
            if let doubt = MarketplaceField.recheck(aboutSecretOf: Self.shape(of: entered.bytes)),
                !Question.isYes("  \(doubt); use it anyway?")
            {
                continue
            }
            if entered.wasTrimmed { say("there was white space around it; it was left out", behind: "  ") }
            secret = SecretBox(entered.bytes.copy())
            return
        }
    }

    private static func shape(of secret: borrowing SecretBytes) -> Shape {
        secret.withSpan { span in
            var seen = Shape.Characters()
            for offset in 0..<span.byteCount { seen.add(span[offset]) }
            return seen.shape
        }
    }

    private func wait(_ prompt: String) throws {
        guard let line = Question.line(prompt), line != "q" else { throw left() }
    }

    // MARK: Checking

    /// Repeats until Zoom accepts the credentials or the operator stops. Only wrong values are entered again.
    private mutating func check() throws {
        say("\nnow Zoom checks everything")
        while true {
            if secret == nil { try askSecret() }
            let answer = try common.admin.send(
                .post, "/v1/credentials/verify", body: document(verifying: true).render(), within: .seconds(120))
            let advice = VerificationAdvice(try answer.document())
            for words in advice.words { say(words, behind: "  ") }
            switch advice.outcome {
            case .ready: return
            case .again:
                let skip = advice.maySkip ? "s: store the app as it is, " : ""
                let prompt = "  fix that, and press Enter to try again (\(skip)q: quit) "
                guard let line = Question.line(prompt), line != "q" else { throw left() }
                if line == "s", advice.maySkip { return }
            case .enter(let fields):
                for field in fields {
                    if field == .clientSecret { try askSecret() } else { try ask(field, keeping: draft.values[field]) }
                }
            }
        }
    }

    private func document(verifying: Bool) -> AppDraft {
        let appID = draft.values[.marketplaceAppID].flatMap { $0.isEmpty ? nil : $0 }
        var profile = draft.profile
        profile[.owner] = record.owner
        return AppDraft(
            name: draft.name, accountID: draft.values[.accountID] ?? "", clientID: draft.values[.clientID] ?? "",
            clientSecret: secret?.bytes.copy() ?? SecretBytes(copying: ""), marketplaceAppID: appID,
            environment: draft.environment, tokenURL: draft.tokenURL, apiURL: draft.apiURL, verify: verifying,
            profile: profile, labels: record.labels)
    }

    private func store() throws {
        let answer = try common.admin.send(.post, "/v1/apps", body: document(verifying: true).render())
        let added: AddedApp = try answer.document()
        file?.remove()
        StandardOutput.write("\nstored \(added.app.name), generation \(added.app.generation)\n")
        StandardOutput.write(added.verification.text)
        StandardOutput.write(
            """
              try: keyturn client add NAME --user USER --allow \(draft.name):credentials,token
                   keyturn app set \(draft.name) --rotate-every 30d

            """)
    }

    // MARK: Leaving

    private mutating func save() {
        let couldSave = isSaved
        isSaved = file?.write(draft) ?? false
        if couldSave, !isSaved { say("your entries cannot be saved: the state directory cannot be written") }
    }

    private func left() -> CommandFailure {
        let place = draft.step.map { "at step \($0.number) of \(MarketplaceStep.allCases.count)" } ?? "at the check"
        let kept = isSaved ? "the entered values are saved, except the secret" : "the entered values are not saved"
        return CommandFailure(
            .usage, "left \(place); nothing was added to the vault; \(kept)", try: "keyturn app add \(draft.name)")
    }

    private func say(_ text: String, behind first: String = "") {
        let width = Screen.width(of: STDERR_FILENO).map { min($0, 100) }
        let lead = text.prefix { $0 == "\n" }
        let body = text.dropFirst(lead.count)
        // A scope stands before what it consists of.
        let scope = body.hasPrefix("  ") ? body.prefix { $0 != "[" } : ""
        let lines = visible(
            lead + wrapped(String(body.dropFirst(scope.count)), behind: first + scope, width: width))
        _ = unsafe write(STDERR_FILENO, lines, lines.utf8.count)
    }
}

extension GuideDraft {
    /// The non-secret field whose value equals the secret; `nil` for none.
    fileprivate func field(holding secret: borrowing SecretBytes) -> MarketplaceField? {
        for field in [MarketplaceField.accountID, .clientID, .marketplaceAppID] {
            if let value = values[field], !value.isEmpty, secret.constantTimeEquals(SecretBytes(copying: value)) {
                return field
            }
        }
        return nil
    }
}
