package dev.ostiary.entra.emulator;

import dev.ostiary.entra.emulator.token.Certificates;
import dev.ostiary.entra.emulator.token.Pem;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A certificate authority of one emulator's own and a server certificate from it.
 *
 * @param context for the listener
 * @param caPem what clients must trust
 */
record TlsIdentity(SSLContext context, String caPem) {

    static TlsIdentity create(String host, List<String> more) {
        Set<String> hosts = new LinkedHashSet<>(List.of(host, "localhost", "127.0.0.1", "::1"));
        hosts.addAll(more);
        Certificates.Identity authority = Certificates.authority("CN=Ostiary Entra emulator CA (not for production)");
        Certificates.Identity server = Certificates.server(authority, List.copyOf(hosts));
        try {
            char[] none = new char[0];
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, none);
            store.setKeyEntry("server", server.privateKey(), none, new Certificate[] {
                server.certificate(), authority.certificate()
            });
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(store, none);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            return new TlsIdentity(context, Pem.certificate(authority.certificate()));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("cannot set up TLS for the Entra emulator", e);
        }
    }
}
