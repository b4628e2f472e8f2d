package keyturn.agent;

import java.util.Arrays;

/** The credentials of a Zoom app, all of one generation. {@link #close()} wipes the secret. */
public final class Credentials implements AutoCloseable {
    private final String app;
    private final long generation;
    private final String accountID;
    private final String clientID;
    private final char[] clientSecret;
    private final String createdAt;
    private final boolean rotating;

    Credentials(FlatDocument document) throws AgentException {
        app = document.text("app");
        generation = document.number("generation");
        accountID = document.text("account_id");
        clientID = document.text("client_id");
        createdAt = document.text("created_at");
        rotating = document.flag("rotating");
        clientSecret = document.secret("client_secret");
    }

    public String app() {
        return app;
    }

    /** Increases by one with each rotation. Report it when Zoom refuses the secret. */
    public long generation() {
        return generation;
    }

    public String accountID() {
        return accountID;
    }

    public String clientID() {
        return clientID;
    }

    /** The characters themselves, not a copy; wiped by {@link #close()}. */
    public char[] clientSecret() {
        return clientSecret;
    }

    /** When the secret was created: RFC 3339, UTC. */
    public String createdAt() {
        return createdAt;
    }

    /** Whether a rotation is running, so that a newer secret will follow soon. */
    public boolean isRotating() {
        return rotating;
    }

    @Override
    public void close() {
        Arrays.fill(clientSecret, '\0');
    }
}
