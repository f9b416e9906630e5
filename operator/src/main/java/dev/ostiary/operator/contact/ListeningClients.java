package dev.ostiary.operator.contact;

import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientImpl;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.InetAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * Makes the one {@link ListeningHttpClient} of one Kubernetes client, and closes it with that. It reaches the API server directly,
 * whatever proxy is configured or named by the environment.
 */
public final class ListeningClients extends JdkHttpClientFactory {

    private final ApiContact contact;
    private volatile @Nullable ListeningHttpClient made;

    /**
     * @param contact is told of everything that is heard
     */
    public ListeningClients(ApiContact contact) {
        this.contact = contact;
    }

    @Override
    protected HttpClient.Builder createNewHttpClientBuilder() {
        return new Builder(super.createNewHttpClientBuilder());
    }

    @Override
    protected void closeHttpClient(JdkHttpClientImpl client) {
        ListeningHttpClient listening = made;
        if (listening != null) {
            listening.close();
        }
        super.closeHttpClient(client);
    }

    /** The JDK's builder, which can build any number of clients that are alike. */
    private final class Builder implements HttpClient.Builder {

        private final HttpClient.Builder jdk;

        Builder(HttpClient.Builder jdk) {
            this.jdk = jdk;
        }

        @Override
        public HttpClient build() {
            if (made != null) {
                throw new IllegalStateException("one Kubernetes client each");
            }
            ListeningHttpClient client = new ListeningHttpClient(jdk::build, contact);
            made = client;
            return client;
        }

        @Override
        public HttpClient.Builder cookieHandler(CookieHandler handler) {
            jdk.cookieHandler(handler);
            return this;
        }

        @Override
        public HttpClient.Builder connectTimeout(Duration duration) {
            jdk.connectTimeout(duration);
            return this;
        }

        @Override
        public HttpClient.Builder sslContext(SSLContext context) {
            jdk.sslContext(context);
            return this;
        }

        @Override
        public HttpClient.Builder sslParameters(SSLParameters parameters) {
            jdk.sslParameters(parameters);
            return this;
        }

        @Override
        public HttpClient.Builder executor(Executor executor) {
            jdk.executor(executor);
            return this;
        }

        @Override
        public HttpClient.Builder followRedirects(HttpClient.Redirect policy) {
            jdk.followRedirects(policy);
            return this;
        }

        @Override
        public HttpClient.Builder version(HttpClient.Version version) {
            jdk.version(version);
            return this;
        }

        @Override
        public HttpClient.Builder priority(int priority) {
            jdk.priority(priority);
            return this;
        }

        @Override
        public HttpClient.Builder proxy(ProxySelector selector) {
            // The proxy that the environment names is for registries; the API server's address is rarely excepted from
            // it.
            jdk.proxy(NO_PROXY);
            return this;
        }

        @Override
        public HttpClient.Builder authenticator(Authenticator authenticator) {
            jdk.authenticator(authenticator);
            return this;
        }

        @Override
        public HttpClient.Builder localAddress(InetAddress address) {
            jdk.localAddress(address);
            return this;
        }
    }
}
