package keyturn.pingfederate;

import com.pingidentity.sdk.secretmanager.SecretManager;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import keyturn.agent.KeyturnAgent;

/**
 * A secret reference: an app and one of its fields. The whole form is {@code OBF:MGR:{instance}:{app}.{field}}; the secret
 * manager gets the part after the instance. The field follows the last dot, because names of apps may contain dots.
 */
final class Reference {
    static final String FORM = "APP.FIELD, the field being account_id, client_id, client_secret or access_token";

    private static final Pattern GRAMMAR =
            Pattern.compile("(" + KeyturnAgent.NAME + ")\\.(account_id|client_id|client_secret|access_token)");

    final String app;
    final String field;

    private Reference(String app, String field) {
        this.app = app;
        this.field = field;
    }

    /** Anything else may be a secret in the wrong place, so it is never repeated in a message. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }

    /** @param secretID the part after the instance, such as {@code zoom-prod.client_secret}. */
    static Reference of(String secretID) throws Malformed {
        Matcher parts = GRAMMAR.matcher(secretID == null ? "" : secretID);
        if (!parts.matches()) {
            throw new Malformed("the reference does not end in " + FORM);
        }
        return new Reference(parts.group(1), parts.group(2));
    }

    /** @param reference a whole reference, which must be of this instance. */
    static Reference of(String reference, String instance) throws Malformed {
        String prefix = SecretManager.SECRET_REFERENCE_PREFIX + instance + ":";
        String trimmed = reference == null ? "" : reference.strip();
        if (!trimmed.startsWith(prefix)) {
            throw new Malformed("a reference of this instance begins with " + prefix);
        }
        return of(trimmed.substring(prefix.length()));
    }

    String in(String instance) {
        return SecretManager.SECRET_REFERENCE_PREFIX + instance + ":" + this;
    }

    @Override
    public String toString() {
        return app + "." + field;
    }
}
