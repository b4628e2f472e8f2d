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
 * One connection to a Unix socket. No call exceeds its deadline: the channel does not block, and its own selector waits for
 * it. (Channels to Unix addresses have no timeouts of their own.)
 */
final class UnixConnection implements AutoCloseable {
    /** The pause before the next attempt after a full queue, in milliseconds. */
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
                selector.select(deadline.milliseconds(pause, "accept the connection"));
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
     * Connects. A Unix socket connects at once, or not at all while the queue is full (EAGAIN). There is no notice when the
     * queue has room, and the channel cannot be reused.
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
                    "give this user access to the socket's directory, and check agent.mode and agent.group in keyturn.yaml");
        } catch (ConnectException refusal) { // ECONNREFUSED
            close(channel);
            throw new AgentException(
                    Kind.NOT_LISTENING,
                    "the daemon is not running: nothing listens at " + path,
                    "systemctl start keyturnd");
        } catch (IOException other) {
            // Java distinguishes the other errors only by their text, which depends on the system's language.
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
     * Sends all bytes.
     *
     * @return false if the other side stopped reading; it may have answered nevertheless.
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
     * Reads the bytes that have arrived, and waits if there are none.
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

    /** A selector does not wait in an interrupted thread. The thread stays interrupted, for its owner to see. */
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
            // Nothing can be done about it, and it does not affect the answer.
        }
    }
}
