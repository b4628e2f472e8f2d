package keyturn.agent;

import java.util.Arrays;
import java.util.Map;
import keyturn.agent.FlatDocument.Kind;
import keyturn.agent.FlatDocument.Value;

/** Finds the members of one JSON object. Their values are never copied, and never part of an error. */
final class DocumentParser {
    private static final int DEEPEST = 8;
    private static final int MOST_MEMBERS = 64;

    private final char[] text;
    private final Map<String, Value> members;
    private int at;

    DocumentParser(char[] text, Map<String, Value> members) {
        this.text = text;
        this.members = members;
    }

    void parse() throws AgentException {
        skipSpace();
        object(1);
        skipSpace();
        if (at != text.length) {
            throw malformed();
        }
    }

    /** Records the members of the outermost object; for other members only the grammar is checked. */
    private void object(int depth) throws AgentException {
        take('{');
        skipSpace();
        if (peek() == '}') {
            at++;
            return;
        }
        while (true) {
            skipSpace();
            Value key = string();
            skipSpace();
            take(':');
            skipSpace();
            Value value = value(depth);
            if (depth == 1) {
                note(new String(unescaped(text, key.start, key.end)), value);
            }
            skipSpace();
            if (!takesComma('}')) {
                return;
            }
        }
    }

    private void note(String name, Value value) throws AgentException {
        if (members.size() == MOST_MEMBERS || members.put(name, value) != null) {
            throw AgentException.malformed("its body has a member twice, or too many");
        }
    }

    private void array(int depth) throws AgentException {
        take('[');
        skipSpace();
        if (peek() == ']') {
            at++;
            return;
        }
        do {
            skipSpace();
            value(depth);
            skipSpace();
        } while (takesComma(']'));
    }

    private boolean takesComma(char closing) throws AgentException {
        char next = peek();
        if (next != ',' && next != closing) {
            throw malformed();
        }
        at++;
        return next == ',';
    }

    private Value value(int depth) throws AgentException {
        int start = at;
        switch (peek()) {
            case '"':
                return string();
            case 't':
                return word("true", Kind.BOOLEAN);
            case 'f':
                return word("false", Kind.BOOLEAN);
            case 'n':
                return word("null", Kind.NULL);
            case '{':
            case '[':
                if (depth == DEEPEST) {
                    throw AgentException.malformed("its body is nested too deeply");
                }
                if (peek() == '{') {
                    object(depth + 1);
                } else {
                    array(depth + 1);
                }
                return new Value(Kind.OTHER, start, at);
            default:
                number();
                return new Value(Kind.NUMBER, start, at);
        }
    }

    private Value word(String word, Kind kind) throws AgentException {
        int start = at;
        for (int index = 0; index < word.length(); index++) {
            take(word.charAt(index));
        }
        return new Value(kind, start, at);
    }

    private void number() throws AgentException {
        if (peek() == '-') {
            at++;
        }
        if (peek() == '0') {
            at++;
        } else {
            digits();
        }
        if (at < text.length && text[at] == '.') {
            at++;
            digits();
        }
        if (at < text.length && (text[at] == 'e' || text[at] == 'E')) {
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            digits();
        }
    }

    private void digits() throws AgentException {
        int start = at;
        while (at < text.length && text[at] >= '0' && text[at] <= '9') {
            at++;
        }
        if (at == start) {
            throw malformed();
        }
    }

    private Value string() throws AgentException {
        take('"');
        int start = at;
        while (peek() != '"') {
            char unit = text[at++];
            if (unit < 0x20) {
                throw malformed();
            }
            if (unit == '\\') {
                escape();
            }
        }
        return new Value(Kind.STRING, start, at++);
    }

    /** Refuses half of a surrogate pair. */
    private void escape() throws AgentException {
        char kind = peek();
        at++;
        if (kind != 'u') {
            if ("\"\\/bfnrt".indexOf(kind) < 0) {
                throw malformed();
            }
            return;
        }
        char unit = hex(text, at);
        at += 4;
        if (Character.isLowSurrogate(unit)) {
            throw malformed();
        }
        if (Character.isHighSurrogate(unit)) {
            take('\\');
            take('u');
            if (!Character.isLowSurrogate(hex(text, at))) {
                throw malformed();
            }
            at += 4;
        }
    }

    private static char hex(char[] text, int at) throws AgentException {
        int unit = 0;
        for (int index = at; index < at + 4; index++) {
            int digit = index < text.length && text[index] < 0x80 ? Character.digit(text[index], 16) : -1;
            if (digit < 0) {
                throw malformed();
            }
            unit = unit << 4 | digit;
        }
        return (char) unit;
    }

    /** The text of a string that was checked before. */
    static char[] unescaped(char[] text, int start, int end) throws AgentException {
        char[] result = new char[end - start];
        int count = 0;
        for (int index = start; index < end; index++) {
            char unit = text[index];
            if (unit == '\\') {
                char kind = text[++index];
                if (kind == 'u') {
                    unit = hex(text, index + 1);
                    index += 4;
                } else {
                    int control = "bfnrt".indexOf(kind);
                    unit = control < 0 ? kind : "\b\f\n\r\t".charAt(control);
                }
            }
            result[count++] = unit;
        }
        char[] exact = Arrays.copyOf(result, count);
        Arrays.fill(result, '\0');
        return exact;
    }

    private void skipSpace() {
        while (at < text.length && " \t\n\r".indexOf(text[at]) >= 0) {
            at++;
        }
    }

    private char peek() throws AgentException {
        if (at >= text.length) {
            throw malformed();
        }
        return text[at];
    }

    private void take(char expected) throws AgentException {
        if (peek() != expected) {
            throw malformed();
        }
        at++;
    }

    private static AgentException malformed() {
        return AgentException.malformed("its body is not JSON");
    }
}
