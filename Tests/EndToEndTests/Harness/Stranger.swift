import Foundation
import TestSupport

/// A user of the machine without any grant, who does what they can. Each run ends by itself.
struct Stranger {
    /// `flood`: keeps N connections with requests sent ahead, and reads the answers; `hold`: asks on N connections and keeps
    /// them; `connect`: connects and goes, again and again; `status`: prints the first status of each of N connections.
    private static let script = #"""
        import os, select, socket, sys, time
        mode, path, target, count, seconds = sys.argv[1:6]
        count, end = int(count), time.time() + float(seconds)
        text = ("GET %s HTTP/1.1\r\nHost: k\r\nKeyturn-Request: 1\r\n\r\n" % target).encode()
        def one():
            s = socket.socket(socket.AF_UNIX); s.settimeout(5); s.connect(path); return s
        done = 0
        if mode == "connect":
            while time.time() < end:
                try: one().close(); done += 1
                except OSError: pass
        elif mode == "hold" or mode == "status":
            kept, words = [], []
            for _ in range(count):
                try:
                    s = one(); s.sendall(text); head = s.recv(65536)
                    if head:
                        kept.append(s); words.append(head.split()[1].decode())
                except OSError: pass
            print(len(kept), *sorted(set(words)), flush=True)
            while mode == "hold" and time.time() < end: time.sleep(0.1)
        elif mode == "flood":
            poll, all = select.epoll(), {}
            ahead = text * 200
            while time.time() < end:
                while len(all) < count:
                    try: s = one()
                    except OSError: break
                    s.setblocking(False); all[s.fileno()] = s
                    poll.register(s.fileno(), select.EPOLLIN | select.EPOLLOUT)
                    if len(all) % 64 == 0: break
                for fd, event in poll.poll(0.05):
                    s = all[fd]
                    try:
                        if event & select.EPOLLIN:
                            heard = s.recv(1 << 16)
                            if not heard: raise OSError()
                            done += heard.count(b"HTTP/1.1 ")
                        if event & select.EPOLLOUT: s.send(ahead)
                        if event & (select.EPOLLHUP | select.EPOLLERR): raise OSError()
                    except BlockingIOError: pass
                    except OSError:
                        poll.unregister(fd); s.close(); del all[fd]
        print("end", done, flush=True)
        """#

    let running: Running

    init(
        _ world: World, _ mode: String, _ target: String = "/v1/health", count: Int = 1, seconds: Double = 5,
        uid: Int = 65_534, at socket: String? = nil
    ) throws {
        let python = ["python3", "-c", Self.script, mode, socket ?? world.agent, target, "\(count)", "\(seconds)"]
        let other = OtherUser(uid: uid)
        running = try world.runner.start("setpriv", other.privileges + python)
    }

    /// What it says first: how many connections it has, and the statuses that it was answered.
    func said() throws -> [String] {
        try eventually("the stranger to say something") {
            let text = try String(contentsOfFile: running.output, encoding: .utf8)
            return text.split(separator: "\n").first?.split(separator: " ").map(String.init)
        }
    }

    /// How much it got done, at its end.
    func done() throws -> Int {
        let text = try running.outcome().output
        return text.split(separator: "\n").last?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }
}
