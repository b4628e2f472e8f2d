package keyturn.agent;

import java.util.Arrays;

/** An answer of the daemon. The body may contain a secret: {@link #close()} wipes it. */
public final class AgentAnswer implements AutoCloseable {
    private final int status;
    private final String contentType;
    private final int retryAfter;
    private final byte[] body;

    AgentAnswer(int status, String contentType, int retryAfter, byte[] body) {
        this.status = status;
        this.contentType = contentType;
        this.retryAfter = retryAfter;
        this.body = body;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** In seconds; -1 if the daemon does not say. */
    public int retryAfter() {
        return retryAfter;
    }

    /** The bytes themselves, not a copy; wiped by {@link #close()}. */
    public byte[] body() {
        return body;
    }

    /**
     * The document in the body.
     *
     * @throws RefusedException if the document is a refusal.
     */
    public FlatDocument document() throws AgentException {
        if (contentType.equals("application/problem+json")) {
            throw RefusedException.in(this);
        }
        if (status != 200 || !contentType.equals("application/json")) {
            throw AgentException.malformed("status " + status);
        }
        return FlatDocument.parse(body);
    }

    @Override
    public void close() {
        Arrays.fill(body, (byte) 0);
    }
}
