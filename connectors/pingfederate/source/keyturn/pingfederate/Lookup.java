package keyturn.pingfederate;

import com.pingidentity.sdk.secretmanager.SecretInfo;
import keyturn.agent.AccessToken;
import keyturn.agent.AgentException;
import keyturn.agent.Credentials;
import keyturn.agent.KeyturnAgent;
import keyturn.agent.RefusedException;

/** Asks the daemon for what references mean. It keeps nothing: each call has what is current. */
final class Lookup {
    /** The seconds that a token has left at least. */
    private static final int MIN_TTL = 60;

    private final KeyturnAgent agent;

    Lookup(KeyturnAgent agent) {
        this.agent = agent;
    }

    /**
     * The value, with the client ID as the user name. PingFederate takes a secret as a {@code String} and no other way: it
     * stays in the heap until the collector comes by, and whatever PingFederate does with it is PingFederate's.
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

    /** What can be told of the value without telling it. */
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

    /** The answer with a token does not have it. A rule that grants tokens alone withholds it: then there is none. */
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
