package keyturn.test;

import com.pingidentity.sdk.secretmanager.SecretManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Many threads call one instance as fast as it answers. Prints the results and the rate. */
final class Crowd {
    private Crowd() {}

    static void run(SecretManager manager, int threads, int calls, String secretID) throws Exception {
        // Measures the plug-in at work, not the start of the JVM.
        measure(manager, threads, Math.max(1, calls / 4), secretID);
        measure(manager, threads, calls, secretID);
    }

    private static void measure(SecretManager manager, int threads, int calls, String secretID) throws Exception {
        long[] times = new long[threads * calls];
        Set<String> values = ConcurrentHashMap.newKeySet();
        Set<String> failures = ConcurrentHashMap.newKeySet();
        AtomicInteger failed = new AtomicInteger();
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> crowd = new ArrayList<>();
        for (int number = 0; number < threads; number++) {
            int first = number * calls;
            Thread thread = new Thread(() -> {
                try {
                    start.await();
                    for (int call = first; call < first + calls; call++) {
                        long began = System.nanoTime();
                        String value = manager.getSecretInfo(secretID, Collections.emptyMap()).getSecret();
                        times[call] = System.nanoTime() - began;
                        values.add(value);
                    }
                } catch (Exception failure) {
                    failed.incrementAndGet();
                    failures.add(failure.toString());
                }
            });
            thread.start();
            crowd.add(thread);
        }
        long began = System.nanoTime();
        start.countDown();
        for (Thread thread : crowd) {
            thread.join();
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        Arrays.sort(times);
        failures.forEach(failure -> System.out.println("failure " + failure));
        System.out.printf(
                "threads %d calls %d failed %d distinct %d value %s rate %.0f p50_us %d p99_us %d%n",
                threads, times.length, failed.get(), values.size(), Driver.hash(values.iterator().next()),
                times.length / seconds, times[times.length / 2] / 1_000, times[times.length * 99 / 100] / 1_000);
    }
}
