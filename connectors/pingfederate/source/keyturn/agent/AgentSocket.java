package keyturn.agent;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import keyturn.agent.AgentException.Kind;

/**
 * Sends requests to keyturnd over its agent socket: one connection and one request at a time, limited by the timeouts. It
 * has no state between calls, and any number of threads may share one.
 *
 * <p>The kernel tells the daemon who the caller is. There is no password, and only the path to configure.
 */
public final class AgentSocket {
    /** The socket of the system's daemon. */
    public static final String DEFAULT_PATH = "/run/keyturn/agent/agent.sock";

    private final String path;
    private final Duration connectTimeout;
    private final Duration readTimeout;

    /**
     * @param path of the socket: absolute, at most 107 bytes.
     * @param connectTimeout how long a connection may wait in a full queue of the daemon.
     * @param readTimeout from the connection to the last byte of the answer.
     */
    public AgentSocket(String path, Duration connectTimeout, Duration readTimeout) {
        if (connectTimeout.toMillis() < 1 || readTimeout.toMillis() < 1) {
            throw new IllegalArgumentException("a timeout is at least a millisecond");
        }
        this.path = path;
        this.connectTimeout = connectTimeout;
        this.readTimeout = readTimeout;
    }

    /**
     * Returns if the path can be that of a socket, whether or not one exists.
     *
     * @throws AgentException {@code UNFIT_PATH}, or {@code OLD_JVM}: this JVM has no Unix sockets.
     */
    public static void requirePath(String path) throws AgentException {
        UnixSockets.requirePath(path);
    }

    /**
     * Returns the answer to a GET, whatever its status.
     *
     * @param target such as {@code /v1/apps/zoom-prod/credentials}.
     */
    public AgentAnswer get(String target) throws AgentException {
        return exchange(head("GET", target) + "\r\n");
    }

    /**
     * Returns the answer to a POST, whatever its status.
     *
     * @param json a document without secrets, such as <code>{"generation":2}</code>.
     */
    public AgentAnswer post(String target, String json) throws AgentException {
        int length = json.getBytes(StandardCharsets.UTF_8).length;
        return exchange(head("POST", target)
                + "Content-Type: application/json\r\nContent-Length: " + length + "\r\n\r\n" + json);
    }

    private static String head(String method, String target) {
        if (!target.matches("/v1/[a-z0-9/._?=&-]*")) {
            throw new IllegalArgumentException("not a path of the agent socket");
        }
        return method + " " + target + " HTTP/1.1\r\nHost: keyturn\r\nKeyturn-Request: 1\r\nConnection: close\r\n";
    }

    private AgentAnswer exchange(String request) throws AgentException {
        try (UnixConnection connection = UnixConnection.open(path, connectTimeout);
                AnswerReader reader = new AnswerReader()) {
            Deadline deadline = new Deadline(readTimeout);
            // A daemon that stops reading has usually answered why, so the answer is still read.
            connection.send(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)), deadline);
            while (true) {
                ByteBuffer space = reader.space();
                int start = space.position();
                if (!connection.receive(space, deadline)) {
                    throw new AgentException(
                            Kind.CLOSED_EARLY,
                            "the daemon stopped, or did not start, before its answer was complete",
                            "journalctl -u keyturnd");
                }
                AgentAnswer answer = reader.received(space.position() - start);
                if (answer != null) {
                    return answer;
                }
            }
        }
    }
}
