package keyturn.test;

import com.pingidentity.sdk.secretmanager.SecretInfo;
import com.pingidentity.sdk.secretmanager.SecretManager;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Threads that fetch a secret and use it at Zoom at once, again and again, until a file exists. Ten times a second a line
 * shows how often the fastest and the slowest thread did so, and what Zoom refused.
 */
final class Load {
    private static final int REFUSED = 0;
    private static final int FAILED = 1;

    private Load() {}

    static void run(SecretManager manager, int threads, String app, String tokenURL, String stop) throws Exception {
        AtomicIntegerArray rounds = new AtomicIntegerArray(threads);
        AtomicIntegerArray troubles = new AtomicIntegerArray(2);
        Thread[] all = new Thread[threads];
        for (int number = 0; number < threads; number++) {
            int mine = number;
            all[number] = new Thread(() -> {
                while (!Files.exists(Path.of(stop))) {
                    try {
                        SecretInfo secret = manager.getSecretInfo(app + ".client_secret", Collections.emptyMap());
                        SecretInfo account = manager.getSecretInfo(app + ".account_id", Collections.emptyMap());
                        if (mint(tokenURL, account.getSecret(), secret) != 200) {
                            troubles.incrementAndGet(REFUSED);
                        }
                    } catch (Exception failure) {
                        troubles.incrementAndGet(FAILED);
                        System.err.println(failure);
                    }
                    rounds.incrementAndGet(mine);
                }
            });
            all[number].start();
        }
        for (boolean alive = true; alive; ) {
            Thread.sleep(100);
            alive = Arrays.stream(all).anyMatch(Thread::isAlive);
            int least = Integer.MAX_VALUE;
            int most = 0;
            for (int number = 0; number < threads; number++) {
                least = Math.min(least, rounds.get(number));
                most = Math.max(most, rounds.get(number));
            }
            System.out.printf("%d %d %d %d%n", least, most, troubles.get(REFUSED), troubles.get(FAILED));
        }
    }

    private static int mint(String tokenURL, String accountID, SecretInfo secret) throws Exception {
        String user = secret.getAttributes().getSingleValue(SecretInfo.USERNAME_ATTRIBUTE_NAME);
        String login = user + ":" + secret.getSecret();
        HttpURLConnection connection = (HttpURLConnection) new URL(tokenURL).openConnection();
        connection.setConnectTimeout(20_000);
        connection.setReadTimeout(20_000);
        connection.setDoOutput(true);
        connection.setRequestProperty(
                "Authorization",
                "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)));
        try (OutputStream body = connection.getOutputStream()) {
            body.write(("grant_type=account_credentials&account_id=" + accountID).getBytes(StandardCharsets.UTF_8));
        }
        int status = connection.getResponseCode();
        (status < 400 ? connection.getInputStream() : connection.getErrorStream()).readAllBytes();
        return status;
    }
}
