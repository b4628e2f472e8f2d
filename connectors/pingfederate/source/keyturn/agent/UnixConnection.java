package keyturn.agent;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import keyturn.agent.AgentException.Kind;

/**
 * One connection to a Unix socket. No call outlasts its deadline: the channel does not block, and a selector of its own
 * waits for it. (A channel to a Unix address has no timeouts that could be set.)
 */
final class UnixConnection implements AutoCloseable {
    /** How long to wait before a queue that was full is tried again, in milliseconds. */
    private static final long LONGEST_PAUSE = 20;

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;

    private UnixConnection(SocketChannel channel, Selector selector) throws IOException {
        this.channel = channel;
        this.selector = selector;
        key = channel.register(selector, 0);
    }

    static UnixConnection open(String path, Duration limit) throws AgentException {
        SocketAddress address = UnixSockets.address(path);
        Deadline deadline = new Deadline(limit);
        Selector selector = null;
        try {
            selector = Selector.open();
            for (long pause = 1; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
                SocketChannel channel = connected(address, path);
                if (channel != null) {
                    return new UnixConnection(channel, selector);
                }
                selector.select(deadline.milliseconds(pause, "take the connection"));
                throwIfInterrupted();
            }
        } catch (IOException failure) {
            close(selector);
            throw UnixSockets.failed(failure);
        } catch (AgentException | RuntimeException failure) {
            close(selector);
            throw failure;
        }
    }

    /**
     * A Unix socket is connected to at once, or not at all while as many wait to be accepted as may (EAGAIN). Nothing says
     * when there is room, and the channel cannot be tried again.
     *
     * @return null if there is no room now.
     */
    private static SocketChannel connected(SocketAddress address, String path) throws AgentException, IOException {
        SocketChannel channel = UnixSockets.channel();
        try {
            channel.configureBlocking(false);
            if (channel.connect(address)) {
                return channel;
            }
        } catch (BindException refusal) { // EACCES
            close(channel);
            throw new AgentException(
                    Kind.NOT_PERMITTED,
                    "this user may not open the socket at " + path,
                    "let this user into the socket's directory, and see agent.mode and agent.group of keyturn.yaml");
        } catch (ConnectException refusal) { // ECONNREFUSED
            close(channel);
            throw new AgentException(
                    Kind.NOT_LISTENING,
                    "the daemon is not running: nothing listens at " + path,
                    "systemctl start keyturnd");
        } catch (IOException other) {
            // Java tells the rest apart in words alone, which depend on the language of the system.
            close(channel);
            if (!Files.exists(Path.of(path))) {
                throw new AgentException(
                        Kind.NOT_RUNNING,
                        "the daemon is not running: there is no socket at " + path,
                        "systemctl start keyturnd, or set the path of keyturnd's agent socket");
            }
            return null;
        } catch (RuntimeException failure) {
            close(channel);
            throw failure;
        }
        close(channel);
        return null;
    }

    /**
     * Sends all of it.
     *
     * @return false when the other side has stopped reading: it may have answered all the same.
     */
    boolean send(ByteBuffer bytes, Deadline deadline) throws AgentException {
        while (bytes.hasRemaining()) {
            int count;
            try {
                count = channel.write(bytes);
            } catch (IOException end) {
                return false;
            }
            if (count == 0) {
                await(SelectionKey.OP_WRITE, deadline);
            }
        }
        return true;
    }

    /**
     * Takes in what has arrived, waiting until there is something.
     *
     * @return false at the end of the stream.
     */
    boolean receive(ByteBuffer into, Deadline deadline) throws AgentException {
        while (true) {
            int count;
            try {
                count = channel.read(into);
            } catch (IOException end) {
                return false;
            }
            if (count != 0) {
                return count > 0;
            }
            await(SelectionKey.OP_READ, deadline);
        }
    }

    private void await(int operation, Deadline deadline) throws AgentException {
        throwIfInterrupted();
        key.interestOps(operation);
        try {
            selector.select(deadline.milliseconds(Long.MAX_VALUE, "answer"));
        } catch (IOException failure) {
            throw UnixSockets.failed(failure);
        }
        selector.selectedKeys().clear();
        throwIfInterrupted();
    }

    /** A selector does not wait in a thread that is interrupted. The thread stays so, for whoever asks next. */
    private static void throwIfInterrupted() throws AgentException {
        if (Thread.currentThread().isInterrupted()) {
            throw new AgentException(Kind.INTERRUPTED, "the thread was interrupted while it waited", null);
        }
    }

    @Override
    public void close() {
        close(channel);
        close(selector);
    }

    private static void close(AutoCloseable resource) {
        try {
            if (resource != null) {
                resource.close();
            }
        } catch (Exception ignored) {
            // There is nothing that could be done about it, and the answer is there or is not.
        }
    }
}
