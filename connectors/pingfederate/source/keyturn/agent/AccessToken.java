package keyturn.agent;

import java.util.Arrays;

/** An access token of a Zoom app. {@link #close()} wipes it. */
public final class AccessToken implements AutoCloseable {
    private final String app;
    private final long generation;
    private final char[] value;
    private final String expiresAt;
    private final long expiresIn;

    AccessToken(FlatDocument document) throws AgentException {
        app = document.text("app");
        generation = document.number("generation");
        expiresAt = document.text("expires_at");
        expiresIn = document.number("expires_in");
        value = document.secret("access_token");
    }

    public String app() {
        return app;
    }

    /** The generation of the secret that it was minted with. */
    public long generation() {
        return generation;
    }

    /** The characters themselves, not a copy; wiped by {@link #close()}. */
    public char[] value() {
        return value;
    }

    /** RFC 3339, UTC. */
    public String expiresAt() {
        return expiresAt;
    }

    /** Seconds, counted from the answer. */
    public long expiresIn() {
        return expiresIn;
    }

    @Override
    public void close() {
        Arrays.fill(value, '\0');
    }
}
