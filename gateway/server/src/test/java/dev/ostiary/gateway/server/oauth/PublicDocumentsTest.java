package dev.ostiary.gateway.server.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.SampleDirectories;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.server.oauth.DocumentSource.DocumentException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Documents that strangers name, read over real TLS from a server on loopback that passes for the Internet. */
class PublicDocumentsTest {

    private static final String HOST = "clients.contoso.com";
    private static final String PATH = "/" + SampleDirectories.CONTOSO + "/v2.0/.well-known/openid-configuration";
    private static final int MAX = 5 * 1024;

    private static EntraEmulator server;

    @BeforeAll
    static void start() {
        server = EntraEmulator.start(
                Settings.of(SampleDirectories.contosoAndFabrikam()).withTls("localhost", HOST));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static PublicDocuments documents(boolean loopbackIsPublic, AtomicInteger lookups, String... addresses)
            throws Exception {
        EgressSettings egress = new EgressSettings(
                null, null, List.of(), server.caCertificatePem().orElseThrow());
        return new PublicDocuments(egress, new PublicDocuments.Reach() {
            @Override
            public InetAddress[] resolve(String host) throws UnknownHostException {
                lookups.incrementAndGet();
                InetAddress[] resolved = new InetAddress[addresses.length];
                for (int i = 0; i < addresses.length; i++) {
                    resolved[i] = InetAddress.getByName(addresses[i]);
                }
                return resolved;
            }

            @Override
            public boolean allows(InetAddress address) {
                return GlobalAddress.is(address) || (loopbackIsPublic && address.isLoopbackAddress());
            }

            @Override
            public int port() {
                return URI.create(server.origin()).getPort();
            }
        });
    }

    private static PublicDocuments documents() throws Exception {
        return documents(true, new AtomicInteger(), "127.0.0.1");
    }

    private static URI url(String path) {
        return URI.create("https://" + HOST + path);
    }

    @Test
    void aDocumentIsReadFromTheAddressThatWasCheckedUnderTheNameThatWasAsked() throws Exception {
        AtomicInteger lookups = new AtomicInteger();
        DocumentSource.Document document = documents(true, lookups, "127.0.0.1").read(url(PATH), MAX);
        assertThat(document.text()).contains("authorization_endpoint");
        assertThat(lookups).hasValue(1);
    }

    @Test
    void aServerThatCannotProveTheNameIsNotBelieved() throws Exception {
        assertThatThrownBy(() -> documents().read(URI.create("https://other.contoso.com" + PATH), MAX))
                .isInstanceOf(DocumentException.class);
    }

    @Test
    void aNameThatLeadsInsideIsNotFollowed() throws Exception {
        for (String[] addresses : new String[][] {
            {"127.0.0.1"}, {"169.254.169.254"}, {"::ffff:127.0.0.1"}, {"1.1.1.1", "10.0.0.1"}, {"64:ff9b::7f00:1"}
        }) {
            assertThatThrownBy(() ->
                            documents(false, new AtomicInteger(), addresses).read(url(PATH), MAX))
                    .isInstanceOf(DocumentException.class)
                    .hasMessageContaining("not public");
        }
    }

    @Test
    void aDocumentHasAnEnd() throws Exception {
        assertThatThrownBy(() -> documents().read(url(PATH), 100))
                .isInstanceOf(DocumentException.class)
                .hasMessageContaining("too long");
    }

    @Test
    void noRedirectIsFollowedAndAnErrorIsNoDocument() throws Exception {
        assertThatThrownBy(() -> documents().read(url("/nowhere"), MAX)).isInstanceOf(DocumentException.class);
        assertThatThrownBy(() -> documents().read(url("/" + SampleDirectories.CONTOSO + "/oauth2/v2.0/authorize"), MAX))
                .isInstanceOf(DocumentException.class);
    }
}
