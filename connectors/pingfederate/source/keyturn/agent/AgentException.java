package keyturn.agent;

/**
 * Why there is no usable answer. The message says on one line what went wrong, and never contains a secret;
 * {@link #hint()} says what to try.
 */
public class AgentException extends Exception {
    private static final long serialVersionUID = 1L;

    /** The kind of failure, for programs. */
    public enum Kind {
        /** The JVM is older than Java 16 and has no Unix sockets. */
        OLD_JVM,
        /** The path cannot be that of a socket. */
        UNFIT_PATH,
        /** There is nothing at the path. */
        NOT_RUNNING,
        /** There is something at the path, but nothing listens there. */
        NOT_LISTENING,
        /** This user may not open the socket. */
        NOT_PERMITTED,
        /** The daemon did not accept the connection, or did not answer, in time. */
        TIMED_OUT,
        /** The connection closed before the answer was complete. */
        CLOSED_EARLY,
        /** The answer is not what a Keyturn daemon sends. */
        MALFORMED_ANSWER,
        /** The answer is larger than anything that a Keyturn daemon sends. */
        ANSWER_TOO_LARGE,
        /** The thread was interrupted while it waited. */
        INTERRUPTED,
        /** The system refused a call on the socket. */
        FAILED,
        /** The daemon refused the request; see {@link RefusedException}. */
        REFUSED
    }

    private final Kind kind;
    private final String hint;

    AgentException(Kind kind, String message, String hint) {
        super(message);
        this.kind = kind;
        this.hint = hint;
    }

    static AgentException malformed(String part) {
        return new AgentException(
                Kind.MALFORMED_ANSWER,
                "the answer is not from a Keyturn daemon: " + part,
                "check that the path is that of keyturnd's agent socket");
    }

    static AgentException tooLarge() {
        return new AgentException(
                Kind.ANSWER_TOO_LARGE,
                "the answer is larger than any from a Keyturn daemon",
                "check that the path is that of keyturnd's agent socket");
    }

    public final Kind kind() {
        return kind;
    }

    /** What the reader can try; {@code null} if there is no advice. */
    public final String hint() {
        return hint;
    }

    /** Message and hint on one line. */
    public final String advice() {
        return hint == null ? getMessage() : getMessage() + "; try: " + hint;
    }
}
