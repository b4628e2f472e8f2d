package keyturn.pingfederate;

import java.time.Duration;
import keyturn.agent.AgentSocket;
import keyturn.agent.KeyturnAgent;
import org.sourceid.saml20.adapter.conf.Configuration;

/** What is configured of an instance. What is left empty has its default. */
final class Settings {
    static final String PATH = "Socket Path";
    static final String CONNECT_TIMEOUT = "Connect Timeout";
    static final String READ_TIMEOUT = "Read Timeout";

    static final int DEFAULT_CONNECT_TIMEOUT = 2_000;
    static final int DEFAULT_READ_TIMEOUT = 5_000;
    private static final int LONGEST_TIMEOUT = 300_000;

    private Settings() {}

    /** @throws IllegalArgumentException that says which field is wrong. */
    static KeyturnAgent agent(Configuration configuration) {
        String path = value(configuration, PATH, AgentSocket.DEFAULT_PATH);
        return new KeyturnAgent(new AgentSocket(
                path,
                timeout(configuration, CONNECT_TIMEOUT, DEFAULT_CONNECT_TIMEOUT),
                timeout(configuration, READ_TIMEOUT, DEFAULT_READ_TIMEOUT)));
    }

    private static Duration timeout(Configuration configuration, String name, int normal) {
        String value = value(configuration, name, Integer.toString(normal));
        if (!value.matches("[0-9]{1,6}") || Integer.parseInt(value) < 1 || Integer.parseInt(value) > LONGEST_TIMEOUT) {
            throw new IllegalArgumentException(name + " is not 1 to " + LONGEST_TIMEOUT + " milliseconds");
        }
        return Duration.ofMillis(Integer.parseInt(value));
    }

    private static String value(Configuration configuration, String name, String normal) {
        String value = configuration.getFieldValue(name);
        return value == null || value.isBlank() ? normal : value.strip();
    }
}
