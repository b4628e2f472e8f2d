package keyturn.pingfederate;

import com.pingidentity.sdk.GuiConfigDescriptor;
import com.pingidentity.sdk.PluginDescriptor;
import com.pingidentity.sdk.secretmanager.SecretInfo;
import com.pingidentity.sdk.secretmanager.SecretManager;
import com.pingidentity.sdk.secretmanager.SecretManagerException;
import java.util.Map;
import keyturn.agent.AgentException;
import keyturn.agent.AgentSocket;
import org.sourceid.saml20.adapter.conf.Configuration;
import org.sourceid.saml20.adapter.gui.TextFieldDescriptor;

/**
 * The secret manager that connects PingFederate to keyturnd: it turns references into the credentials of Zoom apps, and asks
 * the agent socket each time. PingFederate calls one instance from many threads; shared state is set once, by
 * {@link #configure}.
 */
public final class KeyturnSecretManager implements SecretManager {
    private static final String TYPE = "Keyturn";

    private final PluginDescriptor descriptor = makeDescriptor();
    private volatile Lookup lookup;
    /** Why there is no lookup: a mistake in the settings must not keep PingFederate from starting. */
    private volatile String trouble = "this instance is not configured yet";

    @Override
    public void configure(Configuration configuration) {
        try {
            lookup = new Lookup(Settings.agent(configuration));
        } catch (IllegalArgumentException mistake) {
            lookup = null;
            trouble = mistake.getMessage();
        }
    }

    @Override
    public SecretInfo getSecretInfo(String secretId, Map<String, Object> inParameters) throws SecretManagerException {
        Lookup current = lookup;
        if (current == null) {
            throw new SecretManagerException("keyturn: " + trouble);
        }
        Reference reference;
        try {
            reference = Reference.of(secretId);
        } catch (Reference.Malformed malformed) {
            throw new SecretManagerException("keyturn: " + malformed.getMessage());
        }
        try {
            return current.value(reference);
        } catch (AgentException failure) {
            throw new SecretManagerException("keyturn: " + reference + ": " + failure.advice(), failure);
        } catch (RuntimeException failure) {
            throw new SecretManagerException("keyturn: " + reference + ": " + failure.getMessage(), failure);
        }
    }

    @Override
    public PluginDescriptor getPluginDescriptor() {
        return descriptor;
    }

    private PluginDescriptor makeDescriptor() {
        GuiConfigDescriptor gui = new GuiConfigDescriptor(
                "Credentials of Zoom apps, from keyturnd's agent socket on this machine. Each node needs a keyturnd that"
                        + " grants them to the user that PingFederate runs as.");
        gui.addField(field(
                Settings.PATH, "Absolute path of keyturnd's agent socket.", AgentSocket.DEFAULT_PATH, Settings::checkPath));
        gui.addField(field(
                Settings.CONNECT_TIMEOUT,
                "Milliseconds to wait until a busy daemon accepts the connection.",
                Integer.toString(Settings.DEFAULT_CONNECT_TIMEOUT),
                Settings::checkConnectTimeout));
        gui.addField(field(
                Settings.READ_TIMEOUT,
                "Milliseconds from the connection to the end of the answer. An access token may have to be fetched from"
                        + " Zoom first: where references to tokens are used, 20000.",
                Integer.toString(Settings.DEFAULT_READ_TIMEOUT),
                Settings::checkReadTimeout));
        gui.addAction(GenerateReference.descriptor());
        gui.addAction(VerifyReference.descriptor());
        String version = KeyturnSecretManager.class.getPackage().getImplementationVersion();
        return PingTypes.descriptor(TYPE, this, gui, version == null ? "unknown" : version);
    }

    private static TextFieldDescriptor field(
            String name, String description, String normal, FieldValidation.Rule rule) {
        TextFieldDescriptor field = new TextFieldDescriptor(name, description);
        field.setDefaultValue(normal);
        FieldValidation.add(field, rule);
        return field;
    }
}
