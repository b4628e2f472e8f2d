package keyturn.agent;

/** The daemon refused the request ({@code application/problem+json}). Programs use {@link #code()}. */
public final class RefusedException extends AgentException {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST_TEXT = 400;

    private final int status;
    private final String code;
    private final int retryAfter;

    private RefusedException(int status, String code, String detail, String hint, int retryAfter) {
        super(Kind.REFUSED, detail, hint);
        this.status = status;
        this.code = code;
        this.retryAfter = retryAfter;
    }

    /** Reads the refusal from a problem document. */
    static RefusedException in(AgentAnswer answer) throws AgentException {
        try (FlatDocument problem = FlatDocument.parse(answer.body())) {
            String code = problem.text("code");
            if (!code.matches("[a-z_]{1,40}")) {
                throw AgentException.malformed("the code of a refusal");
            }
            String hint = problem.has("try") ? printable(problem.text("try")) : null;
            String detail = problem.has("detail") ? printable(problem.text("detail")) : "the daemon refused: " + code;
            return new RefusedException(answer.status(), code, detail, hint, answer.retryAfter());
        }
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** A code such as {@code locked} or {@code not_granted}. */
    public String code() {
        return code;
    }

    /** Seconds until the next attempt; -1 if the daemon does not say. */
    public int retryAfter() {
        return retryAfter;
    }

    /** The text on one line, because it ends up in logs and on screens. */
    private static String printable(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints()
                .limit(LONGEST_TEXT)
                .forEach(point -> line.appendCodePoint(isPrintable(point) ? point : ' '));
        return line.toString();
    }

    private static boolean isPrintable(int point) {
        switch (Character.getType(point)) {
            case Character.CONTROL:
            case Character.FORMAT:
            case Character.LINE_SEPARATOR:
            case Character.PARAGRAPH_SEPARATOR:
            case Character.SURROGATE:
            case Character.UNASSIGNED:
                return false;
            default:
                return true;
        }
    }
}
