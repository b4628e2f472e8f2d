package keyturn.agent;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import keyturn.agent.AgentException.Kind;

/**
 * Unix sockets of Java 16 and newer, looked up by name at run time. This code is compiled for Java 11, which does not have
 * them, so that an older JVM can load it and report what is missing.
 */
final class UnixSockets {
    /** The first Java version with {@code java.net.UnixDomainSocketAddress} (JEP 380). */
    static final int LEAST_JAVA = 16;
    /** The most bytes of a path in Linux's {@code sun_path}, without the terminating zero. */
    static final int LONGEST_PATH = 107;

    private static final String TYPICAL =
            AgentSocket.DEFAULT_PATH + ", or the path that keyturnd logs when it starts";

    private UnixSockets() {}

    /** @param java the Java version that runs this, such as 17. */
    static void requireJava(int java) throws AgentException {
        if (java < LEAST_JAVA) {
            throw new AgentException(
                    Kind.OLD_JVM,
                    "this JVM is Java " + java + ", and Unix sockets come with Java " + LEAST_JAVA,
                    "Java 17 or newer");
        }
    }

    static SocketAddress address(String path) throws AgentException {
        requirePath(path);
        return (SocketAddress) call(Names.ADDRESS_OF, path);
    }

    static void requirePath(String path) throws AgentException {
        requireJava(Runtime.version().feature());
        if (!path.startsWith("/")) {
            throw unfit("is not absolute", TYPICAL);
        }
        if (path.chars().anyMatch(Character::isISOControl)) {
            throw unfit("has a control character", TYPICAL);
        }
        if (path.endsWith("/admin.sock")) {
            throw unfit("is that of the admin socket, which serves no credentials", TYPICAL);
        }
        if (path.endsWith("/")) {
            throw unfit("is that of a directory", path + "agent.sock");
        }
        if (path.getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH) {
            throw unfit("is longer than " + LONGEST_PATH + " bytes", "a shorter runtime directory");
        }
    }

    private static AgentException unfit(String what, String hint) {
        return new AgentException(Kind.UNFIT_PATH, "the socket's path " + what, hint);
    }

    static SocketChannel channel() throws AgentException {
        return (SocketChannel) call(Names.OPEN, Names.UNIX);
    }

    private static Object call(Method method, Object argument) throws AgentException {
        try {
            return method.invoke(null, argument);
        } catch (InvocationTargetException failure) {
            throw failed(failure.getCause());
        } catch (IllegalAccessException failure) {
            throw failed(failure);
        }
    }

    static AgentException failed(Throwable reason) {
        String words = reason.getMessage() == null ? reason.getClass().getSimpleName() : reason.getMessage();
        return new AgentException(Kind.FAILED, "the socket failed: " + words.toLowerCase(Locale.ROOT), null);
    }

    /** Looked up once, after {@link #requireJava} has succeeded. */
    private static final class Names {
        static final Method ADDRESS_OF;
        static final Method OPEN;
        static final ProtocolFamily UNIX;

        static {
            try {
                ADDRESS_OF = Class.forName("java.net.UnixDomainSocketAddress").getMethod("of", String.class);
                OPEN = SocketChannel.class.getMethod("open", ProtocolFamily.class);
                UNIX = StandardProtocolFamily.valueOf("UNIX");
            } catch (ReflectiveOperationException missing) {
                throw new ExceptionInInitializerError(missing);
            }
        }
    }
}
