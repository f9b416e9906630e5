package dev.ostiary.gateway.server.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.server.upstream.UpstreamFailure.Kind;
import io.github.nettyplus.leakdetector.junit.NettyLeakDetectorExtension;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NettyLeakDetectorExtension.class)
class WorkloadTlsTest {

    private final TestAuthority authority = new TestAuthority("Corporate CA");

    @Test
    void aWorkloadWhoseAuthorityIsInTheBundleIsCalledAndItsConnectionReused() throws Exception {
        try (ScriptedWorkload workload =
                        ScriptedWorkload.https(authority.serverFor("localhost"), ScriptedWorkload.Peer::serveOk);
                Caller caller = Caller.settings().egress(authority.egress()).caller()) {
            for (int i = 0; i < 5; i++) {
                assertThat(caller.post(workload.url("localhost"), "{}").ok().body())
                        .isEqualTo("ok");
            }
            assertThat(workload.connections()).isEqualTo(1);
        }
    }

    @Test
    void aWorkloadWhoseAuthorityIsUnknownIsNotCalled() throws Exception {
        try (ScriptedWorkload workload =
                        ScriptedWorkload.https(authority.serverFor("localhost"), ScriptedWorkload.Peer::serveOk);
                Caller caller = Caller.settings().caller()) {
            Caller.Told told = caller.post(workload.url("localhost"), "{}").failed(Kind.TLS);
            assertThat(told.failure.detail()).contains("issuer is not trusted");
        }
    }

    @Test
    void aCertificateForAnotherNameIsRefused() throws Exception {
        try (ScriptedWorkload workload =
                        ScriptedWorkload.https(authority.serverFor("other.example"), ScriptedWorkload.Peer::serveOk);
                Caller caller = Caller.settings().egress(authority.egress()).caller()) {
            Caller.Told told = caller.post(workload.url("localhost"), "{}").failed(Kind.TLS);
            assertThat(told.failure.detail()).contains("not for the name localhost");
            caller.post(workload.url("127.0.0.1"), "{}").failed(Kind.TLS);
        }
    }

    @Test
    void anExpiredCertificateIsRefused() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.https(
                        authority.expiredServerFor("localhost"), ScriptedWorkload.Peer::serveOk);
                Caller caller = Caller.settings().egress(authority.egress()).caller()) {
            Caller.Told told = caller.post(workload.url("localhost"), "{}").failed(Kind.TLS);
            assertThat(told.failure.detail()).contains("expired");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"notes", "notes.mcp.svc"})
    void theServersNameIsSentAlsoWhenItHasNoDot(String host) throws Exception {
        LinkedBlockingQueue<String> names = new LinkedBlockingQueue<>();
        try (ScriptedWorkload workload = ScriptedWorkload.https(authority.serverFor(host), peer -> {
                    peer.readRequest();
                    names.add(((ExtendedSSLSession) ((SSLSocket) peer.socket()).getSession())
                            .getRequestedServerNames()
                            .toString());
                    peer.send(ScriptedWorkload.OK);
                });
                Caller caller = Caller.settings().egress(authority.egress()).caller(name ->
                        new InetAddress[] {InetAddress.getLoopbackAddress()})) {
            caller.post(workload.url(host), "{}").ok();
            assertThat(names.poll(5, TimeUnit.SECONDS)).contains("value=" + host);
        }
    }

    @Test
    void aServerThatDoesNotSpeakTlsIsATlsFailure() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
                    peer.awaitClose();
                });
                Caller caller = Caller.settings().caller()) {
            caller.post(URI.create("https://127.0.0.1:" + workload.port() + "/"), "{}")
                    .failed(Kind.TLS);
        }
    }

    @Test
    void aServerThatHangsUpInTheHandshakeIsATlsFailure() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {});
                Caller caller = Caller.settings().caller()) {
            caller.post(URI.create("https://127.0.0.1:" + workload.port() + "/"), "{}")
                    .failed(Kind.TLS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "not PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"})
    void aBundleWithoutCertificatesIsRefusedWithTheSettings(String bundle) {
        UpstreamSettings settings = Caller.settings()
                .egress(new EgressSettings(null, null, List.of(), bundle))
                .build();
        assertThatThrownBy(() -> new PooledUpstreamClient(settings, UpstreamMetrics.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("egress.caBundle");
    }
}
