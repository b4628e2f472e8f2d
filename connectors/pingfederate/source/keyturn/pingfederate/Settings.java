package keyturn.pingfederate;

import java.time.Duration;
import keyturn.agent.AgentException;
import keyturn.agent.AgentSocket;
import keyturn.agent.KeyturnAgent;
import org.sourceid.saml20.adapter.conf.Configuration;

/** The settings of an instance. Empty fields have their defaults. */
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
        return new KeyturnAgent(new AgentSocket(
                entered(configuration.getFieldValue(PATH), AgentSocket.DEFAULT_PATH),
                timeout(CONNECT_TIMEOUT, configuration.getFieldValue(CONNECT_TIMEOUT), DEFAULT_CONNECT_TIMEOUT),
                timeout(READ_TIMEOUT, configuration.getFieldValue(READ_TIMEOUT), DEFAULT_READ_TIMEOUT)));
    }

    /** @throws IllegalArgumentException if the path cannot be that of a socket, or this JVM has no Unix sockets. */
    static void checkPath(String value) {
        try {
            AgentSocket.requirePath(entered(value, AgentSocket.DEFAULT_PATH));
        } catch (AgentException failure) {
            throw new IllegalArgumentException(failure.advice(), failure);
        }
    }

    static void checkConnectTimeout(String value) {
        timeout(CONNECT_TIMEOUT, value, DEFAULT_CONNECT_TIMEOUT);
    }

    static void checkReadTimeout(String value) {
        timeout(READ_TIMEOUT, value, DEFAULT_READ_TIMEOUT);
    }

    private static Duration timeout(String name, String value, int normal) {
        String digits = entered(value, Integer.toString(normal));
        if (!digits.matches("[0-9]{1,6}")
                || Integer.parseInt(digits) < 1
                || Integer.parseInt(digits) > LONGEST_TIMEOUT) {
            throw new IllegalArgumentException(
                    name + " is not 1 to " + LONGEST_TIMEOUT + " milliseconds, written in digits; try: " + normal);
        }
        return Duration.ofMillis(Integer.parseInt(digits));
    }

    private static String entered(String value, String normal) {
        return value == null || value.isBlank() ? normal : value.strip();
    }
}
