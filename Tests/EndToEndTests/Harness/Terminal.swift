import Foundation

extension World {
    /// Runs a command at a terminal of its own, and answers each prompt when it comes.
    /// - Parameters:
    ///   - columns: how wide the terminal is.
    ///   - commands: what is run, each before the answer of that number is given.
    /// - Returns: all that was to be seen there, and the exit code.
    func atTerminal(
        _ arguments: [String], answering answers: [(prompt: String, answer: String)], columns: Int = 80,
        running commands: [Int: [String]] = [:], program: String = Programs.keyturn
    ) throws -> Outcome {
        let script = """
            import fcntl, json, os, pty, select, struct, subprocess, sys, termios
            (answers, columns), words, seen, shown = json.loads(sys.argv[1]), sys.argv[2:], "", ""
            pid, terminal = pty.fork()
            if pid == 0:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("4H", 40, columns, 0, 0))
                os.execv(words[0], words)
            def more():
                ready, _, _ = select.select([terminal], [], [], 120)
                if not ready:
                    os.kill(pid, 9)
                    sys.exit("it waits for something: " + seen[-200:])
                try:
                    return os.read(terminal, 4096).decode()
                except OSError:
                    return ""
            for prompt, answer, command in answers:
                while prompt not in seen:
                    text = more()
                    if not text:
                        sys.stdout.write(shown)
                        sys.exit("there was no: " + prompt)
                    seen, shown = seen + text, shown + text
                seen = seen[seen.index(prompt) + len(prompt):]
                if command:
                    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                os.write(terminal, answer.encode() + b"\\n")
            while True:
                text = more()
                if not text:
                    break
                shown += text
            sys.stdout.write(shown)
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            """
        let steps: [[Any]] = answers.enumerated().map { [$1.prompt, $1.answer, commands[$0] ?? []] }
        let list = try JSONSerialization.data(withJSONObject: [steps, columns] as [Any])
        return try runner.run(
            "/usr/bin/env",
            ["python3", "-c", script, String(decoding: list, as: UTF8.self), program] + arguments)
    }
}
