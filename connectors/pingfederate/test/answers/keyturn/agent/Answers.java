package keyturn.agent;

import static keyturn.agent.Checks.SECRET;
import static keyturn.agent.Checks.fails;
import static keyturn.agent.Checks.holds;

import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import keyturn.agent.AgentException.Kind;

/** Answers that are no answer of a daemon, or are broken, slow, or too large. */
public final class Answers {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(300);

    private Answers() {}

    public static void main(String[] none) throws Exception {
        good();
        broken();
        oversized();
        refusals();
        slow();
        interrupted();
        paths();
        oldJVM();
        Checks.end();
    }

    private static String json(String body) {
        return answer("200 OK", "application/json", body);
    }

    private static String answer(String status, String type, String body) {
        return "HTTP/1.1 " + status + "\r\nContent-Type: " + type + "\r\nContent-Length: " + body.length() + "\r\n\r\n"
                + body;
    }

    private static String credentials(String members) {
        return "{\"app\":\"zoom-prod\",\"generation\":3,\"account_id\":\"a\",\"client_id\":\"c\",\"client_secret\":\""
                + SECRET + "\",\"created_at\":\"2026-11-23T18:27:38Z\",\"rotating\":false" + members + "}";
    }

    private static KeyturnAgent agent(FakeDaemon daemon, Duration read) {
        return new KeyturnAgent(new AgentSocket(daemon.path, LONG, read));
    }

    private static void good() throws Exception {
        String text = json(credentials(",\"previous_valid_until\":null,\"later\":{\"a\":[1,{\"b\":2}]}"));
        try (FakeDaemon daemon = new FakeDaemon(connection -> FakeDaemon.send(connection, text))) {
            Credentials credentials = agent(daemon, LONG).credentials("zoom-prod");
            char[] secret = credentials.clientSecret();
            holds("the secret is read", new String(secret).equals(SECRET));
            holds("the generation is read", credentials.generation() == 3 && !credentials.isRotating());
            credentials.close();
            holds("it is wiped", new String(secret).equals("\0".repeat(SECRET.length())));
            holds("the request is right", daemon.request().equals(
                    "GET /v1/apps/zoom-prod/credentials HTTP/1.1\r\nHost: keyturn\r\nKeyturn-Request: 1\r\n"
                            + "Connection: close\r\n\r\n"));
        }
        try (FakeDaemon daemon = new FakeDaemon(connection -> {
            for (int index = 0; index < text.length(); index++) {
                FakeDaemon.send(connection, text.substring(index, index + 1));
            }
        })) {
            holds("byte by byte", agent(daemon, LONG).credentials("zoom-prod").clientID().equals("c"));
        }
        try (FakeDaemon daemon =
                new FakeDaemon(connection -> FakeDaemon.send(connection, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"))) {
            holds("being tried", agent(daemon, LONG).rejected("zoom-prod", 3) == null);
        }
        try (FakeDaemon daemon = new FakeDaemon(connection -> FakeDaemon.send(connection, "HTTP/1.1 204 No Content\r\n\r\n"));
                AgentAnswer answer = new AgentSocket(daemon.path, LONG, LONG).post("/v1/apps/a/ack", "{\"generation\":1}")) {
            holds("no content", answer.status() == 204 && answer.body().length == 0);
        }
    }

    private static void broken() throws Exception {
        String good = credentials("");
        List<String> malformed = new ArrayList<>(List.of(
                "nonsense " + SECRET + "\r\n\r\n",
                "\r\n\r\n" + json(good),
                json(good).replace("HTTP/1.1", "HTTP/1.0"),
                json(good).replace("200 OK", "0200 OK"),
                json(good).replace("200 OK", "100 Continue"),
                json(good).replace("200 OK", "200"  + "\t OK"),
                json(good).replace("Content-Type:", "Content-Type :"),
                json(good).replace("Content-Type: application/json", "X: " + SECRET + "\r\n folded"),
                json(good).replace("Content-Type: application/json", "X: a\nb"),
                json(good).replace("Content-Type: application/json", "no colon"),
                json(good).replace("Content-Type: application/json", "X: \u0001"),
                json(good).replace("Content-Length: ", "Content-Length: -"),
                json(good).replace("Content-Length: ", "Content-Length: +"),
                json(good).replace("Content-Length: ", "Content-Length: 1\r\nContent-Length: "),
                json(good).replace("Content-Length: ", "Transfer-Encoding: chunked\r\nContent-Length: "),
                json(good).replace("Content-Length: ", "X-Length: "),
                json(good) + "x",
                json(good).replace("application/json", "text/html"),
                json(good).replace("200 OK", "201 Created"),
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                json(""),
                json(good + good),
                json(good.substring(0, good.length() - 1)),
                json("[" + good + "]"),
                json(good.replace("\"generation\":3", "\"generation\":3.0")),
                json(good.replace("\"generation\":3", "\"generation\":1e3")),
                json(good.replace("\"generation\":3", "\"generation\":\"3\"")),
                json(good.replace("\"generation\":3", "\"generation\":9999999999999999999")),
                json(good.replace("\"generation\":3,", "")),
                json(good.replace("\"generation\":3", "\"generation\":03")),
                json(good.replace("\"rotating\":false", "\"rotating\":null")),
                json(good.replace("\"rotating\":false", "\"rotating\":falsE")),
                json(good.replace("\"rotating\":false", "\"rotating\":false,")),
                json(good.replace("\"rotating\":false", "\"rotating\":false,\"app\":\"zoom-prod\"")),
                json(good.replace("\"rotating\":false", "\"rotating\":false,\"\\u0061pp\":\"zoom-prod\"")),
                json(good.replace("\"rotating\":false", "\"rotating\":false,\"deep\":" + "[".repeat(20) + "]".repeat(20))),
                json(good.replace(SECRET, SECRET + "\n")),
                json(good.replace(SECRET, SECRET + "\\x")),
                json(good.replace(SECRET, SECRET + "\\u12")),
                json(good.replace(SECRET, SECRET + "\\ud800")),
                json(good.replace(SECRET, SECRET + "\\udc00")),
                json(good.replace(SECRET, SECRET + "\\ud800\\ud800")),
                json(good.replace(SECRET, SECRET + "\u00ff")), // ISO 8859-1 on the wire, and no UTF-8
                json(good.replace("zoom-prod", "zoom-other")),
                answer("503 Service Unavailable", "application/problem+json", "{\"detail\":\"" + SECRET + "\"}"),
                answer("503 Service Unavailable", "application/problem+json", "{\"code\":\"Locked " + SECRET + "\"}"),
                answer("503 Service Unavailable", "text/plain", SECRET)));
        StringBuilder many = new StringBuilder();
        for (int index = 0; index < 100; index++) {
            many.append(",\"m").append(index).append("\":0");
        }
        malformed.add(json(credentials(many.toString())));
        for (String text : malformed) {
            try (FakeDaemon daemon = new FakeDaemon(connection -> FakeDaemon.send(connection, text))) {
                fails(text.substring(0, Math.min(70, text.length())).replace("\r\n", " | "), Kind.MALFORMED_ANSWER,
                        () -> agent(daemon, LONG).credentials("zoom-prod"));
            }
        }
        String whole = json(good);
        for (int length = 0; length < whole.length(); length += 7) {
            String part = whole.substring(0, length);
            try (FakeDaemon daemon = new FakeDaemon(connection -> FakeDaemon.send(connection, part))) {
                fails("cut at " + length, Kind.CLOSED_EARLY, () -> agent(daemon, LONG).credentials("zoom-prod"));
            }
        }
    }

    private static void oversized() throws Exception {
        List<FakeDaemon.Play> plays = List.of(
                connection -> FakeDaemon.send(connection, "HTTP/1.1 200 OK\r\nX: " + "x".repeat(20_000) + "\r\n\r\n"),
                connection -> FakeDaemon.send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n"),
                connection -> FakeDaemon.send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n"),
                Answers::withoutEnd);
        for (int index = 0; index < plays.size(); index++) {
            try (FakeDaemon daemon = new FakeDaemon(plays.get(index))) {
                fails("oversized " + index, Kind.ANSWER_TOO_LARGE, () -> agent(daemon, LONG).credentials("zoom-prod"));
            }
        }
        String text = json("{\"app\":\"zoom-prod\",\"value\":\"" + "v".repeat(900_000) + "\"}");
        try (FakeDaemon daemon = new FakeDaemon(connection -> FakeDaemon.send(connection, text))) {
            holds("large, and within the limit", agent(daemon, LONG).clientID("zoom-prod").length() == 900_000);
        }
    }

    private static void withoutEnd(SocketChannel connection) throws Exception {
        FakeDaemon.send(connection, "HTTP/1.1 200 OK\r\n");
        while (true) {
            FakeDaemon.send(connection, "X: " + "x".repeat(1_000) + "\r\n");
        }
    }

    private static void refusals() throws Exception {
        String body = "{\"type\":\"urn:x\",\"title\":\"t\",\"status\":503,\"detail\":\"the vault\\r\\nis\\u0000 locked\","
                + "\"code\":\"locked\",\"try\":\"keyturn unlock\"}";
        String text = answer("503 Service Unavailable", "application/problem+json", body)
                .replace("Content-Length", "Retry-After: 7\r\nContent-Length");
        try (FakeDaemon daemon = new FakeDaemon(connection -> FakeDaemon.send(connection, text))) {
            AgentException failure =
                    fails("locked", Kind.REFUSED, () -> agent(daemon, LONG).credentials("zoom-prod"));
            RefusedException refusal = (RefusedException) failure;
            holds("the code", refusal.code().equals("locked") && refusal.status() == 503 && refusal.retryAfter() == 7);
            holds("one line", refusal.advice().equals("the vault  is  locked; try: keyturn unlock"));
        }
    }

    private static void slow() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        String text = json(credentials(""));
        try (FakeDaemon daemon = new FakeDaemon(connection -> never.await())) {
            fails("silent", Kind.TIMED_OUT, () -> within(3, () -> agent(daemon, SHORT).credentials("zoom-prod")));
        }
        // Each byte comes in time, but the whole too late.
        try (FakeDaemon daemon = new FakeDaemon(connection -> {
            for (int index = 0; index < text.length(); index++) {
                FakeDaemon.send(connection, text.substring(index, index + 1));
                Thread.sleep(50);
            }
        })) {
            fails("dripping", Kind.TIMED_OUT, () -> within(3, () -> agent(daemon, SHORT).credentials("zoom-prod")));
        }
        // Nobody accepts, and the queue is full: a blocking connect would wait for ever.
        try (FakeDaemon daemon = new FakeDaemon(null)) {
            List<UnixConnection> queue = new ArrayList<>();
            try {
                while (queue.size() < 50) {
                    queue.add(UnixConnection.open(daemon.path, SHORT));
                }
                holds("the queue is never full", false);
            } catch (AgentException full) {
                holds("a full queue: " + full.getMessage(), full.kind() == Kind.TIMED_OUT && !queue.isEmpty());
                holds("it says what timed out", full.getMessage().contains("accept the connection within 300 ms"));
            }
            Thread later = new Thread(() -> queue.forEach(UnixConnection::close));
            later.start();
            later.join();
        }
        never.countDown();
    }

    private static void interrupted() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        try (FakeDaemon daemon = new FakeDaemon(connection -> never.await())) {
            Thread.currentThread().interrupt();
            fails("interrupted before", Kind.INTERRUPTED, () -> agent(daemon, LONG).credentials("zoom-prod"));
            holds("it stays interrupted", Thread.interrupted());
            Thread asking = new Thread(() -> {
                fails("interrupted while it waits", Kind.INTERRUPTED, () -> agent(daemon, LONG).credentials("zoom-prod"));
                holds("it stays interrupted, later", Thread.interrupted());
            });
            asking.start();
            Thread.sleep(200);
            asking.interrupt();
            asking.join();
        }
        never.countDown();
    }

    private static void paths() throws Exception {
        Path directory = Files.createTempDirectory("kt-paths");
        Path file = Files.createFile(directory.resolve("file"));
        paths(Kind.NOT_RUNNING, directory + "/none");
        paths(Kind.NOT_RUNNING, file + "/below");
        paths(Kind.NOT_LISTENING, file.toString());
        paths(Kind.NOT_LISTENING, directory.toString());
        paths(Kind.UNFIT_PATH, "relative/agent.sock");
        paths(Kind.UNFIT_PATH, "");
        paths(Kind.UNFIT_PATH, "/with\0zero");
        paths(Kind.UNFIT_PATH, "/" + "x".repeat(107));
        Files.delete(file);
        Files.delete(directory);
    }

    private static void paths(Kind kind, String path) {
        fails(path, kind, () -> new AgentSocket(path, LONG, LONG).get("/v1/health").close());
    }

    private static void oldJVM() throws Exception {
        AgentException failure = fails("Java 11", Kind.OLD_JVM, () -> UnixSockets.requireJava(11));
        holds("it says which Java: " + failure.advice(), failure.advice().contains("Java 11")
                && failure.advice().contains("Java 17"));
        fails("Java 15", Kind.OLD_JVM, () -> UnixSockets.requireJava(15));
        UnixSockets.requireJava(16);
    }

    private static void within(int seconds, Checks.Call call) throws Exception {
        long began = System.nanoTime();
        try {
            call.run();
        } finally {
            holds("within " + seconds + " s", System.nanoTime() - began < seconds * 1_000_000_000L);
        }
    }
}
