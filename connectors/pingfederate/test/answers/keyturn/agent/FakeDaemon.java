package keyturn.agent;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;

/** A Unix socket that sends fixed bytes on its one connection. */
final class FakeDaemon implements AutoCloseable {
    interface Play {
        void answer(SocketChannel connection) throws Exception;
    }

    final String path;
    private final Path directory;
    private final ServerSocketChannel listener;
    private final Thread thread;
    private final AtomicReference<String> request = new AtomicReference<>("");

    FakeDaemon(Play play) throws Exception {
        directory = Files.createTempDirectory("kt-fake");
        path = directory + "/s";
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(path), 1);
        thread = new Thread(() -> {
            try (SocketChannel connection = listener.accept()) {
                request.set(readHead(connection));
                play.answer(connection);
            } catch (Exception gone) {
                // The client hung up, or the daemon was closed; the test checks the result.
            }
        });
        if (play != null) {
            thread.start();
        }
    }

    /** The client's request, up to the end of its head; available after the answer. */
    String request() throws InterruptedException {
        thread.join();
        return request.get();
    }

    static void send(SocketChannel connection, String text) throws Exception {
        send(connection, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    static void send(SocketChannel connection, byte[] bytes) throws Exception {
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
            connection.write(rest);
        }
    }

    private static String readHead(SocketChannel connection) throws Exception {
        StringBuilder head = new StringBuilder();
        ByteBuffer chunk = ByteBuffer.allocate(4_096);
        while (head.indexOf("\r\n\r\n") < 0 && connection.read(chunk) >= 0) {
            head.append(StandardCharsets.ISO_8859_1.decode(chunk.flip()));
            chunk.clear();
        }
        return head.toString();
    }

    @Override
    public void close() throws Exception {
        listener.close();
        thread.interrupt();
        thread.join();
        Files.deleteIfExists(Path.of(path));
        Files.delete(directory);
    }
}
