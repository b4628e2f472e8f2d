package keyturn.agent;

/** The requests of a connector to keyturnd, as documents. Any number of threads may share one. */
public final class KeyturnAgent {
    /** The grammar of an app's name. None of its characters has a meaning in a path. */
    public static final String NAME = "[a-z0-9][a-z0-9._-]{0,62}";

    private final AgentSocket socket;

    public KeyturnAgent(AgentSocket socket) {
        this.socket = socket;
    }

    /** Returns the current credentials of an app. The daemon then counts this client as a holder of them. */
    public Credentials credentials(String app) throws AgentException {
        try (AgentAnswer answer = socket.get(path(app, "/credentials"));
                FlatDocument document = answer.document()) {
            Credentials credentials = new Credentials(document);
            require(app, credentials.app());
            return credentials;
        }
    }

    /** The client ID of an app. */
    public String clientID(String app) throws AgentException {
        try (AgentAnswer answer = socket.get(path(app, "/credentials/client_id"));
                FlatDocument document = answer.document()) {
            require(app, document.text("app"));
            return document.text("value");
        }
    }

    /**
     * Returns a token that is valid for at least this many more seconds.
     *
     * @param minTTL 0 to 3300 seconds.
     */
    public AccessToken token(String app, int minTTL) throws AgentException {
        try (AgentAnswer answer = socket.get(path(app, "/token?min_ttl=" + minTTL));
                FlatDocument document = answer.document()) {
            AccessToken token = new AccessToken(document);
            require(app, token.app());
            return token;
        }
    }

    /**
     * Reports that Zoom refused a generation, which the daemon then tries at Zoom.
     *
     * @return the current credentials, if they are newer; else {@code null}: fetch again after a moment.
     */
    public Credentials rejected(String app, long generation) throws AgentException {
        try (AgentAnswer answer = socket.post(path(app, "/rejected"), "{\"generation\":" + generation + "}")) {
            if (answer.status() == 202) {
                return null;
            }
            try (FlatDocument document = answer.document()) {
                Credentials credentials = new Credentials(document);
                require(app, credentials.app());
                return credentials;
            }
        }
    }

    private static String path(String app, String rest) {
        if (!app.matches(NAME)) {
            throw new IllegalArgumentException("not the name of an app");
        }
        return "/v1/apps/" + app + rest;
    }

    private static void require(String asked, String answered) throws AgentException {
        if (!asked.equals(answered)) {
            throw AgentException.malformed("it is about another app");
        }
    }
}
