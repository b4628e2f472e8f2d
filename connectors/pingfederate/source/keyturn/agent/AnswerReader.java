package keyturn.agent;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * Reads one answer from bytes as they arrive, as strictly as keyturnd reads requests: a status line, fields, and a body of
 * the length in {@code Content-Length}. Anything beyond a limit is refused, and an announced length never causes an
 * allocation. The bytes may contain a secret: they are wiped at the end.
 */
final class AnswerReader implements AutoCloseable {
    /** The most bytes of status line and fields together. */
    static final int LONGEST_HEAD = 16_384;
    /** The most bytes of the body. A document about one app has a few thousand. */
    static final int LONGEST_BODY = 1 << 20;

    private byte[] bytes = new byte[4_096];
    private int count;
    /** The position of the body; 0 while the head is incomplete. */
    private int bodyStart;
    private int status;
    private int contentLength = -1;
    private String contentType = "";
    private int retryAfter = -1;

    /** Where the next bytes go; call {@link #received} afterwards. */
    ByteBuffer space() throws AgentException {
        if (count == bytes.length) {
            if (count >= LONGEST_HEAD + LONGEST_BODY) {
                throw AgentException.tooLarge();
            }
            byte[] larger = Arrays.copyOf(bytes, Math.min(count * 2, LONGEST_HEAD + LONGEST_BODY));
            Arrays.fill(bytes, (byte) 0);
            bytes = larger;
        }
        return ByteBuffer.wrap(bytes, count, bytes.length - count);
    }

    /**
     * Processes the bytes that were put into {@link #space}.
     *
     * @return the answer once it is complete; until then {@code null}.
     */
    AgentAnswer received(int more) throws AgentException {
        int from = count;
        count += more;
        if (bodyStart == 0) {
            readHead(from);
        }
        if (bodyStart == 0) {
            return null;
        }
        int length = hasNoBody() ? 0 : contentLength;
        if (count - bodyStart < length) {
            return null;
        }
        if (count - bodyStart > length) {
            throw AgentException.malformed("bytes after the body");
        }
        byte[] body = Arrays.copyOfRange(bytes, bodyStart, bodyStart + length);
        return new AgentAnswer(status, contentType, retryAfter, body);
    }

    private boolean hasNoBody() {
        return status == 204 || status == 304;
    }

    private void readHead(int from) throws AgentException {
        int end = endOfHead(Math.max(0, from - 3));
        if (end < 0 ? count > LONGEST_HEAD : end > LONGEST_HEAD) {
            throw AgentException.tooLarge();
        }
        if (end < 0) {
            return;
        }
        String head = new String(bytes, 0, end - 4, StandardCharsets.ISO_8859_1);
        String[] lines = head.split("\r\n", -1);
        for (String line : lines) {
            if (!line.chars().allMatch(unit -> unit >= 0x20 && unit < 0x7F)) {
                throw AgentException.malformed("its head is not HTTP");
            }
        }
        readStatus(lines[0]);
        for (int index = 1; index < lines.length; index++) {
            readField(lines[index]);
        }
        if (!hasNoBody()) {
            if (contentLength < 0) {
                throw AgentException.malformed("no Content-Length");
            }
            if (contentLength > LONGEST_BODY) {
                throw AgentException.tooLarge();
            }
        }
        bodyStart = end;
    }

    /** The index after the empty line that ends the head; -1 if it has not arrived. */
    private int endOfHead(int from) {
        for (int index = from; index + 4 <= count; index++) {
            if (bytes[index] == '\r' && bytes[index + 1] == '\n' && bytes[index + 2] == '\r' && bytes[index + 3] == '\n') {
                return index + 4;
            }
        }
        return -1;
    }

    /** Refuses interim answers (1xx), which are never asked for. */
    private void readStatus(String line) throws AgentException {
        if (!line.matches("HTTP/1\\.1 [2-5][0-9]{2}( .*)?")) {
            throw AgentException.malformed("its first line is not 'HTTP/1.1 STATUS'");
        }
        status = Integer.parseInt(line.substring(9, 12));
    }

    private void readField(String line) throws AgentException {
        int colon = line.indexOf(':');
        if (colon < 0 || !line.substring(0, colon).matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")) {
            throw AgentException.malformed("a header line");
        }
        String value = line.substring(colon + 1).strip();
        switch (line.substring(0, colon).toLowerCase(Locale.ROOT)) {
            case "content-length":
                if (contentLength >= 0 || !value.matches("[0-9]{1,9}")) {
                    throw AgentException.malformed("its Content-Length");
                }
                contentLength = Integer.parseInt(value);
                break;
            case "transfer-encoding":
                throw AgentException.malformed("it has a Transfer-Encoding");
            case "content-type":
                contentType = value;
                break;
            case "retry-after":
                retryAfter = value.matches("[0-9]{1,9}") ? Integer.parseInt(value) : -1;
                break;
            default:
                break;
        }
    }

    @Override
    public void close() {
        Arrays.fill(bytes, (byte) 0);
    }
}
