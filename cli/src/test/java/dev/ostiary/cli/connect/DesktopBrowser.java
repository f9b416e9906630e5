package dev.ostiary.cli.connect;

import com.sun.net.httpserver.HttpServer;
import dev.ostiary.entra.emulator.DemoDirectory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A program {@code xdg-open} whose browser is in this process: a person who approves what is asked and signs in. */
final class DesktopBrowser implements AutoCloseable {

    private final HttpServer server;
    private final String user;
    private final AtomicInteger opened = new AtomicInteger();
    private final List<String> trouble = new CopyOnWriteArrayList<>();

    private DesktopBrowser(HttpServer server, String user) {
        this.server = server;
        this.user = user;
    }

    /** Puts the program into this folder. */
    static DesktopBrowser in(Path folder, String user) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        DesktopBrowser browser = new DesktopBrowser(server, user);
        server.createContext("/", exchange -> {
            String url = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
            Thread.ofVirtual().start(() -> browser.visit(url));
        });
        server.start();
        Path program = folder.resolve("xdg-open");
        Files.writeString(
                program,
                "#!/bin/sh\nexec curl -s --data-binary \"$1\" http://127.0.0.1:"
                        + server.getAddress().getPort() + "/\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        return browser;
    }

    /** How many windows there were. */
    int opened() {
        return opened.get();
    }

    String trouble() {
        return trouble.toString();
    }

    private void visit(String first) {
        opened.incrementAndGet();
        try (HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            URI url = URI.create(first);
            HttpRequest.Builder request = HttpRequest.newBuilder(url);
            String home = url.getRawAuthority();
            Map<String, String> cookies = new HashMap<>();
            for (int step = 0; step < 12; step++) {
                if (home.equals(url.getRawAuthority()) && !cookies.isEmpty()) {
                    request.header(
                            "Cookie",
                            String.join(
                                    "; ",
                                    cookies.entrySet().stream()
                                            .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                                            .toList()));
                }
                HttpResponse<String> page = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
                if (home.equals(url.getRawAuthority())) {
                    for (String cookie : page.headers().allValues("Set-Cookie")) {
                        String pair = cookie.split(";", -1)[0];
                        cookies.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
                    }
                }
                String location = page.headers().firstValue("Location").orElse(null);
                Matcher transaction = Pattern.compile("name=\"transaction\" value=\"([^\"]*)\"")
                        .matcher(page.body());
                if (location != null) {
                    url = url.resolve(location);
                    if (location.contains("/oauth2/v2.0/authorize") && !location.contains("login_hint")) {
                        url = URI.create(url + "&login_hint=" + user + "%40" + DemoDirectory.DOMAIN);
                    }
                    request = HttpRequest.newBuilder(url);
                } else if (transaction.find()) {
                    request = HttpRequest.newBuilder(url.resolve("/consent"))
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .header("Origin", url.getScheme() + "://" + url.getRawAuthority())
                            .POST(HttpRequest.BodyPublishers.ofString("decision=approve&transaction="
                                    + URLEncoder.encode(transaction.group(1), StandardCharsets.UTF_8)));
                } else {
                    if (page.statusCode() != 200) {
                        trouble.add(page.statusCode() + " " + page.body());
                    }
                    return;
                }
            }
        } catch (IOException e) {
            trouble.add(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
