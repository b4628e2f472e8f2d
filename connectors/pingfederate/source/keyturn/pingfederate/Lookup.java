package keyturn.pingfederate;

import com.pingidentity.sdk.secretmanager.SecretInfo;
import keyturn.agent.AccessToken;
import keyturn.agent.AgentException;
import keyturn.agent.Credentials;
import keyturn.agent.KeyturnAgent;
import keyturn.agent.RefusedException;

/** Asks the daemon for the values of references. It has no cache: each call returns the current value. */
final class Lookup {
    /** How many more seconds a token must be valid. */
    private static final int MIN_TTL = 60;

    private final KeyturnAgent agent;

    Lookup(KeyturnAgent agent) {
        this.agent = agent;
    }

    /**
     * Returns the value, with the client ID as the user name. PingFederate accepts a secret only as a {@code String}: it stays
     * on the heap until it is garbage-collected, and PingFederate may copy it.
     */
    SecretInfo value(Reference reference) throws AgentException {
        if (reference.field.equals("access_token")) {
            try (AccessToken token = agent.token(reference.app, MIN_TTL)) {
                return new SecretInfo(new String(token.value()), PingTypes.userName(clientID(reference.app)));
            }
        }
        try (Credentials credentials = agent.credentials(reference.app)) {
            return new SecretInfo(field(reference, credentials), PingTypes.userName(credentials.clientID()));
        }
    }

    /** A description of the value that does not reveal it. */
    String description(Reference reference) throws AgentException {
        if (reference.field.equals("access_token")) {
            try (AccessToken token = agent.token(reference.app, MIN_TTL)) {
                return "app " + token.app() + ", generation " + token.generation() + "; the token expires at "
                        + token.expiresAt();
            }
        }
        try (Credentials credentials = agent.credentials(reference.app)) {
            return "app " + credentials.app() + ", generation " + credentials.generation() + ", made at "
                    + credentials.createdAt() + (credentials.isRotating() ? "; a rotation is under way" : "");
        }
    }

    private static String field(Reference reference, Credentials credentials) {
        switch (reference.field) {
            case "account_id":
                return credentials.accountID();
            case "client_id":
                return credentials.clientID();
            default:
                return new String(credentials.clientSecret());
        }
    }

    /** The client ID, which a token does not contain; {@code null} if the policy permits tokens only. */
    private String clientID(String app) throws AgentException {
        try {
            return agent.clientID(app);
        } catch (RefusedException refusal) {
            if (refusal.code().equals("not_granted")) {
                return null;
            }
            throw refusal;
        }
    }
}
