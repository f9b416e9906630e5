package dev.ostiary.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.URI;
import org.junit.jupiter.api.Test;

class ListenAddressTest {

    private static final URI PUBLIC = URI.create("https://mcp.example.com");

    @Test
    void plainHttpIsForThisMachineAlone() throws Exception {
        ListenAddress address = ListenAddress.of(PUBLIC, 8080, null, false);
        assertThat(address.socket().getAddress().isLoopbackAddress()).isTrue();
        assertThat(address.publicUrl()).isEqualTo(PUBLIC);
    }

    @Test
    void aGatewayWithACertificateListensEverywhere() throws Exception {
        assertThat(ListenAddress.of(PUBLIC, 443, null, true)
                        .socket()
                        .getAddress()
                        .isAnyLocalAddress())
                .isTrue();
    }

    @Test
    void aGatewayForThisMachineListensOnLoopbackEvenWithACertificate() throws Exception {
        URI local = URI.create("https://localhost:8443");
        assertThat(ListenAddress.of(local, null, null, true)
                        .socket()
                        .getAddress()
                        .isLoopbackAddress())
                .isTrue();
    }

    @Test
    void whatIsSaidOnTheCommandLineWins() throws Exception {
        InetAddress said = InetAddress.getByName("127.0.0.2");
        assertThat(ListenAddress.of(PUBLIC, 8080, said, false).socket().getAddress())
                .isEqualTo(said);
    }
}
