package keyturn.test;

import com.pingidentity.sdk.secretmanager.SecretInfo;
import com.pingidentity.sdk.secretmanager.SecretManager;
import com.pingidentity.sdk.secretmanager.SecretManagerException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.sourceid.saml20.adapter.conf.Configuration;
import org.sourceid.saml20.adapter.conf.SimpleFieldList;
import org.sourceid.saml20.adapter.gui.ActionDescriptor;
import org.sourceid.saml20.adapter.gui.FieldDescriptor;

/**
 * Uses the plug-in in the way of PingFederate. Prints a line for each action; of values only their SHA-256.
 *
 * <pre>
 * Driver SOCKET CONNECT_TIMEOUT READ_TIMEOUT ask SECRET_ID…
 * Driver SOCKET CONNECT_TIMEOUT READ_TIMEOUT action NAME PARAMETER…
 * Driver SOCKET CONNECT_TIMEOUT READ_TIMEOUT describe
 * Driver SOCKET CONNECT_TIMEOUT READ_TIMEOUT save
 * Driver SOCKET CONNECT_TIMEOUT READ_TIMEOUT crowd THREADS CALLS_OF_EACH SECRET_ID
 * Driver SOCKET CONNECT_TIMEOUT READ_TIMEOUT load THREADS APP TOKEN_URL STOP_FILE
 * </pre>
 *
 * The three settings may be empty. The instance's ID is {@code keyturn-1}.
 */
public final class Driver {
    private final SecretManager manager;
    private final Configuration configuration = new Configuration();

    private Driver(String[] settings) throws Exception {
        manager = newManager();
        configuration.setId("keyturn-1");
        configuration.set("Socket Path", settings[0]);
        configuration.set("Connect Timeout", settings[1]);
        configuration.set("Read Timeout", settings[2]);
        manager.configure(configuration);
    }

    public static void main(String[] words) throws Exception {
        Driver driver = new Driver(words);
        List<String> rest = Arrays.asList(words).subList(4, words.length);
        switch (words[3]) {
            case "ask":
                rest.forEach(driver::ask);
                break;
            case "action":
                driver.act(rest.get(0), rest.subList(1, rest.size()));
                break;
            case "describe":
                driver.describe();
                break;
            case "save":
                Saving.run(driver.manager, driver.configuration);
                break;
            case "crowd":
                Crowd.run(driver.manager, Integer.parseInt(rest.get(0)), Integer.parseInt(rest.get(1)), rest.get(2));
                break;
            case "load":
                Load.run(driver.manager, Integer.parseInt(rest.get(0)), rest.get(1), rest.get(2), rest.get(3));
                break;
            default:
                throw new IllegalArgumentException(words[3]);
        }
    }

    /** Found in PingFederate's way: by the one line of a file at the jar's root. */
    private static SecretManager newManager() throws Exception {
        byte[] name = Driver.class.getResourceAsStream("/PF-INF/secret-managers").readAllBytes();
        String className = new String(name, StandardCharsets.UTF_8).strip();
        return (SecretManager) Class.forName(className).getConstructor().newInstance();
    }

    private void ask(String secretID) {
        try {
            SecretInfo info = manager.getSecretInfo(secretID, Collections.emptyMap());
            System.out.println("ok " + hash(info.getSecret()) + " "
                    + info.getAttributes().getSingleValue(SecretInfo.USERNAME_ATTRIBUTE_NAME));
        } catch (SecretManagerException failure) {
            System.out.println("failed " + failure.getMessage());
        }
    }

    private void act(String name, List<String> values) {
        for (ActionDescriptor action : manager.getPluginDescriptor().getGuiConfigDescriptor().getActions()) {
            if (action.getName().equals(name)) {
                SimpleFieldList parameters = new SimpleFieldList();
                for (int index = 0; index < values.size(); index++) {
                    parameters.set(action.getParameters().get(index).getName(), values.get(index));
                }
                System.out.println(action.getAction().actionInvoked(configuration, parameters));
            }
        }
    }

    private void describe() {
        if (manager.getPluginDescriptor() != manager.getPluginDescriptor()) {
            throw new IllegalStateException("another descriptor each time");
        }
        System.out.println(manager.getPluginDescriptor().getType() + " " + manager.getPluginDescriptor().getVersion());
        for (FieldDescriptor field : manager.getPluginDescriptor().getGuiConfigDescriptor().getFields()) {
            System.out.println(field.getName() + " = " + field.getDefaultValue());
        }
        for (ActionDescriptor action : manager.getPluginDescriptor().getGuiConfigDescriptor().getActions()) {
            System.out.println(action.getName());
        }
    }

    static String hash(String value) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8));
            return String.format("%064x", new BigInteger(1, digest));
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
