package dev.ostiary.gateway.server;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A real nginx that spreads requests over replicas in turns, without stickiness. */
final class Nginx implements AutoCloseable {

    private final Process process;

    private Nginx(Process process) {
        this.process = process;
    }

    /** Where it is installed; empty where it is not. */
    static Optional<Path> program() {
        return Stream.concat(Arrays.stream(System.getenv("PATH").split(":", -1)), Stream.of("/usr/sbin"))
                .map(folder -> Path.of(folder, "nginx"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static Nginx start(Path program, Path folder, int port, List<Integer> replicas) throws IOException {
        String servers = replicas.stream()
                .map(replica -> "server 127.0.0.1:" + replica + " fail_timeout=1s;")
                .collect(Collectors.joining(" "));
        String temporary = Stream.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
                .map(name -> name + "_temp_path " + folder + "/" + name + ";")
                .collect(Collectors.joining(" "));
        Path configuration = folder.resolve("nginx.conf");
        Files.writeString(configuration, """
                daemon off; worker_processes 1; pid %1$s/nginx.pid; error_log %1$s/nginx-errors.txt;
                events { worker_connections 512; }
                http {
                  access_log off; %2$s
                  upstream gateway { %3$s }
                  server {
                    listen 127.0.0.1:%4$d;
                    location / {
                      proxy_pass http://gateway; proxy_http_version 1.1; proxy_buffering off;
                      proxy_set_header Host $http_host; proxy_set_header Connection "";
                    }
                  }
                }
                """.formatted(folder, temporary, servers, port));
        Process process = new ProcessBuilder(
                        program.toString(), "-p", folder.toString(), "-c", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("nginx-output.txt").toFile())
                .start();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            if (!process.isAlive()) {
                throw new IllegalStateException(Files.readString(folder.resolve("nginx-output.txt")));
            }
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                return true;
            } catch (IOException notYet) {
                return false;
            }
        });
        return new Nginx(process);
    }

    @Override
    public void close() {
        process.destroy();
    }
}
