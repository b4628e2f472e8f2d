package keyturn.agent;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import keyturn.agent.AgentException.Kind;

/** A time limit on the monotonic clock. */
final class Deadline {
    private final long end;
    private final long limit;

    Deadline(Duration limit) {
        this.limit = limit.toMillis();
        end = System.nanoTime() + limit.toNanos();
    }

    /**
     * How long to wait now: until the deadline, but at most {@code most}; at least a millisecond.
     *
     * @param what the thing that is waited for, such as "answer".
     */
    long milliseconds(long most, String what) throws AgentException {
        long left = end - System.nanoTime();
        if (left <= 0) {
            throw new AgentException(
                    Kind.TIMED_OUT, "the daemon did not " + what + " within " + limit + " ms", "journalctl -u keyturnd");
        }
        return Math.min(most, TimeUnit.NANOSECONDS.toMillis(left) + 1);
    }
}
