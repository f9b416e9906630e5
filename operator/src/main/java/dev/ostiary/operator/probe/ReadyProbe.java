package dev.ostiary.operator.probe;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * Asks a URL once a second until it answers 200, for at most a minute. `helm test` runs it in the operator's own image, so
 * that the test needs no image of somebody else.
 */
public final class ReadyProbe {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration ONE_ANSWER = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private ReadyProbe() {}

    /**
     * Exit code 0: it answered 200; 1: it did not, and the last answer is on standard error; 2: wrong arguments.
     *
     * @param args the URL
     */
    public static void main(String[] args) throws InterruptedException {
        if (args.length != 1) {
            System.err.println("one argument is needed: the URL to ask");
            System.exit(2);
        }
        System.exit(isReady(URI.create(args[0]), PATIENCE) ? 0 : 1);
    }

    /** Whether it answers 200 within this time; at least one question is asked. */
    static boolean isReady(URI url, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        String last;
        try (HttpClient http =
                HttpClient.newBuilder().connectTimeout(ONE_ANSWER).build()) {
            while (true) {
                try {
                    HttpResponse<Void> answer = http.send(
                            HttpRequest.newBuilder(url).timeout(ONE_ANSWER).build(),
                            HttpResponse.BodyHandlers.discarding());
                    if (answer.statusCode() == 200) {
                        System.out.println(url + " is ready");
                        return true;
                    }
                    last = "HTTP " + answer.statusCode();
                } catch (IOException e) {
                    last = e.toString();
                }
                if (System.nanoTime() > deadline) {
                    System.err.println(url + " is not ready: " + last);
                    return false;
                }
                Thread.sleep(PAUSE);
            }
        }
    }
}
