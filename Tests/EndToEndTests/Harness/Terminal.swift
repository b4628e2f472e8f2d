import Foundation

extension World {
    /// Runs a command at a terminal of its own, and answers each prompt when it comes.
    /// - Returns: all that was to be seen there, and the exit code.
    func atTerminal(_ arguments: [String], answering answers: [(prompt: String, answer: String)]) throws -> Outcome {
        let script = """
            import json, os, pty, select, sys
            answers, words, seen, shown = json.loads(sys.argv[1]), sys.argv[2:], "", ""
            pid, terminal = pty.fork()
            if pid == 0:
                os.execv(words[0], words)
            def more():
                ready, _, _ = select.select([terminal], [], [], 60)
                try:
                    return os.read(terminal, 4096).decode() if ready else ""
                except OSError:
                    return ""
            for prompt, answer in answers:
                while prompt not in seen:
                    text = more()
                    if not text:
                        sys.stdout.write(shown)
                        sys.exit("there was no: " + prompt)
                    seen, shown = seen + text, shown + text
                seen = seen[seen.index(prompt) + len(prompt):]
                os.write(terminal, answer.encode() + b"\\n")
            while True:
                text = more()
                if not text:
                    break
                shown += text
            sys.stdout.write(shown)
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            """
        let list = try JSONSerialization.data(withJSONObject: answers.map { [$0.prompt, $0.answer] })
        return try runner.run(
            "/usr/bin/env",
            ["python3", "-c", script, String(decoding: list, as: UTF8.self), Programs.keyturn] + arguments)
    }
}
