package keyturn.agent;

import java.io.PrintWriter;
import java.io.StringWriter;
import keyturn.agent.AgentException.Kind;

/** Counts conditions that hold, and prints those that do not. No failure may show a secret. */
final class Checks {
    static final String SECRET = "plAnted-sEcret-9";

    private static int passed;
    private static int failed;

    private Checks() {}

    interface Call {
        void run() throws Exception;
    }

    static void holds(String name, boolean truth) {
        if (truth) {
            passed++;
        } else {
            failed++;
            System.out.println("does not hold: " + name);
        }
    }

    static AgentException fails(String name, Kind kind, Call call) {
        try {
            call.run();
            holds(name + ": does not fail", false);
        } catch (AgentException failure) {
            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace));
            holds(name + ": tells the secret", !trace.toString().contains(SECRET));
            holds(name + ": " + failure.kind() + " (" + failure.getMessage() + "), not " + kind, failure.kind() == kind);
            return failure;
        } catch (Exception other) {
            holds(name + ": " + other, false);
        }
        return null;
    }

    static void end() {
        System.out.println(passed + " hold, " + failed + " do not");
        System.exit(failed == 0 && passed > 0 ? 0 : 1);
    }
}
