package keyturn.agent;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * A JSON object (RFC 8259) whose members are read by name. Reading is strict: UTF-8 only, no duplicate member, nothing
 * after the object. Values stay in the characters that they were read from, which {@link #close()} wipes; nested arrays and
 * objects are skipped.
 */
public final class FlatDocument implements AutoCloseable {
    enum Kind {
        STRING,
        NUMBER,
        BOOLEAN,
        NULL,
        OTHER
    }

    /** {@code start} to {@code end} is a string without its quotes. */
    static final class Value {
        final Kind kind;
        final int start;
        final int end;

        Value(Kind kind, int start, int end) {
            this.kind = kind;
            this.start = start;
            this.end = end;
        }
    }

    private final char[] text;
    private final Map<String, Value> members = new HashMap<>();

    private FlatDocument(char[] text) {
        this.text = text;
    }

    /** @throws AgentException of kind {@code MALFORMED_ANSWER}. */
    public static FlatDocument parse(byte[] utf8) throws AgentException {
        char[] units = new char[utf8.length];
        CharBuffer target = CharBuffer.wrap(units);
        // A new decoder reports invalid UTF-8 instead of replacing it.
        CoderResult outcome = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8), target, true);
        FlatDocument document = new FlatDocument(Arrays.copyOf(units, target.position()));
        Arrays.fill(units, '\0');
        try {
            if (outcome.isError()) {
                throw AgentException.malformed("its body is not UTF-8");
            }
            new DocumentParser(document.text, document.members).parse();
            return document;
        } catch (AgentException malformed) {
            document.close();
            throw malformed;
        }
    }

    /** Whether the member exists and is not null. */
    public boolean has(String name) {
        Value value = members.get(name);
        return value != null && value.kind != Kind.NULL;
    }

    /** The text of a string that is not secret. */
    public String text(String name) throws AgentException {
        return new String(secret(name));
    }

    /** The text of a string, in an array that the caller wipes. */
    public char[] secret(String name) throws AgentException {
        Value value = member(name, Kind.STRING);
        return DocumentParser.unescaped(text, value.start, value.end);
    }

    /** A whole number. A fraction or an exponent is refused, even if the value is whole. */
    public long number(String name) throws AgentException {
        Value value = member(name, Kind.NUMBER);
        String digits = new String(text, value.start, value.end - value.start);
        if (!digits.matches("-?[0-9]{1,18}")) {
            throw AgentException.malformed("its member " + name);
        }
        return Long.parseLong(digits);
    }

    public boolean flag(String name) throws AgentException {
        return text[member(name, Kind.BOOLEAN).start] == 't';
    }

    private Value member(String name, Kind kind) throws AgentException {
        Value value = members.get(name);
        if (value == null || value.kind != kind) {
            throw AgentException.malformed("its member " + name);
        }
        return value;
    }

    @Override
    public void close() {
        Arrays.fill(text, '\0');
    }
}
