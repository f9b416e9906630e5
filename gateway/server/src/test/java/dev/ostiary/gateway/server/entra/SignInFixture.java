package dev.ostiary.gateway.server.entra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.EntraCredential;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.EntraSettings.GroupSettings;
import dev.ostiary.gateway.config.egress.TrustAnchors;
import dev.ostiary.gateway.server.EmulatorKeys;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;

/** An emulator, and the services of its gateway as a process would use them. */
final class SignInFixture implements AutoCloseable {

    /** Made once: key generation is the slowest part of a start. */
    static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    static final String NONCE = "n-0S6_WzA2Mj";
    static final Credentials CREDENTIALS = new Credentials(Map.of("ns/entra/secret", Registrations.SECRET));
    static final EntraCredential BY_SECRET = new EntraCredential.ClientSecret("ns/entra/secret");
    static final CallLimits LIMITS = new CallLimits(
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            3,
            Duration.ofMillis(200),
            5,
            Duration.ofSeconds(5),
            Duration.ofMinutes(1));

    final EntraEmulator entra;
    final ImpatientTime time = new ImpatientTime();
    final CountingMetrics metrics = new CountingMetrics();
    final Map<String, String> environment = new HashMap<>();
    GraphGroupLookup.Limits graphLimits = GraphGroupLookup.Limits.DEFAULT;
    CallLimits limits = LIMITS;
    private final KeySets keySets = new KeySets(KeySetSettings.DEFAULT, new ManualTime(), KeySetMetrics.NONE);
    private @Nullable EntraServices services;

    SignInFixture(EntraEmulator entra) {
        this.entra = entra;
    }

    static SignInFixture start() {
        return start(Registrations.directory());
    }

    static SignInFixture start(Directory directory) {
        return new SignInFixture(EntraEmulator.start(Settings.of(directory).withKeys(EmulatorKeys.copy())));
    }

    EntraSettings settings(EntraCredential credential, GroupSettings.Lookup lookup, String... claims) {
        return settings(URI.create(entra.origin()), URI.create(entra.graphOrigin()), credential, lookup, claims);
    }

    static EntraSettings settings(
            URI login, URI graph, EntraCredential credential, GroupSettings.Lookup lookup, String... claims) {
        return new EntraSettings(
                Registrations.TENANT,
                Registrations.GATEWAY,
                login,
                URI.create("https://sts.windows.net"),
                graph,
                credential,
                new GroupSettings(GroupSettings.Overage.GRAPH, lookup),
                List.of(claims));
    }

    EntraServices.Registration use(String... claims) {
        return use(settings(BY_SECRET, GroupSettings.Lookup.APP, claims), CREDENTIALS);
    }

    EntraServices.Registration use(EntraSettings settings, Credentials credentials) {
        return services().use(settings, credentials, egress(), keys(settings));
    }

    EntraServices services() {
        if (services == null) {
            services = new EntraServices(time, metrics, limits, graphLimits, environment::get);
        }
        return services;
    }

    TenantKeys keys(EntraSettings settings) {
        TenantKeys keys = keySets.use(settings, egress());
        if (settings.authority().toString().equals(entra.origin())) {
            await().atMost(20, TimeUnit.SECONDS).until(keys::ready);
        }
        return keys;
    }

    EgressSettings egress() {
        return new EgressSettings(
                null, null, List.of(), entra.caCertificatePem().orElse(null));
    }

    /** What Entra sends back to the gateway after this user has signed in. */
    Map<String, String> callback(EntraSignIn signIn, User user, @Nullable String claims) {
        URI url = signIn.authorizationUrl(Registrations.CALLBACK, "state", NONCE, challenge(), claims, null);
        URI asUser = URI.create(url + "&login_hint=" + URLEncoder.encode(user.upn(), StandardCharsets.UTF_8));
        HttpResponse<String> page = get(asUser);
        assertThat(page.statusCode()).as(page.body()).isEqualTo(302);
        return query(URI.create(page.headers().firstValue("Location").orElseThrow()));
    }

    /** As a browser without cookies, which follows nothing. */
    HttpResponse<String> get(URI uri) {
        HttpClient.Builder client = HttpClient.newBuilder();
        entra.caCertificatePem().ifPresent(pem -> {
            try {
                client.sslContext(TrustAnchors.context(pem));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        try (HttpClient browser = client.build()) {
            return browser.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    String code(EntraSignIn signIn, User user) {
        Map<String, String> callback = callback(signIn, user, null);
        assertThat(callback).containsKey("code");
        return callback.get("code");
    }

    SignedIn signIn(EntraSignIn signIn, User user) {
        try {
            return signIn.redeem(Registrations.CALLBACK, code(signIn, user), VERIFIER, NONCE);
        } catch (EntraRefusedException | EntraUnavailableException e) {
            throw new AssertionError(e);
        }
    }

    static String challenge() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(VERIFIER.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static Map<String, String> query(URI uri) {
        Map<String, String> query = new HashMap<>();
        for (String pair : uri.getRawQuery().split("&")) {
            int equals = pair.indexOf('=');
            String before = query.put(
                    pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            assertThat(before).as(pair).isNull();
        }
        return query;
    }

    static EntraRefusedException refused(ThrowingCallable call) {
        EntraRefusedException refusal = catchThrowableOfType(EntraRefusedException.class, call);
        assertThat(refusal).isNotNull();
        return refusal;
    }

    static EntraUnavailableException unavailable(ThrowingCallable call) {
        EntraUnavailableException failure = catchThrowableOfType(EntraUnavailableException.class, call);
        assertThat(failure).isNotNull();
        return failure;
    }

    @Override
    public void close() {
        if (services != null) {
            services.close();
        }
        keySets.close();
        entra.close();
    }
}
