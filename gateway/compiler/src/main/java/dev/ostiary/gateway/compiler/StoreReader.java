package dev.ostiary.gateway.compiler;

import dev.ostiary.crds.McpGatewaySpec;
import dev.ostiary.crds.Store;
import dev.ostiary.gateway.config.StoreSettings;
import java.util.NavigableSet;

/** Reads {@code spec.store}, which the facade alone uses. */
final class StoreReader {

    private static final String FIELD = "spec.store";

    private final References references;
    private final Host host;
    private final Diagnosis diagnosis;

    StoreReader(References references, Host host, Diagnosis diagnosis) {
        this.references = references;
        this.host = host;
        this.diagnosis = diagnosis;
    }

    /** The settings; what stands there after an error is not used. */
    StoreSettings read(McpGatewaySpec spec, NavigableSet<SecretKey> secrets) {
        Store store = spec.store();
        if (store.secretRef() != null && store.type() != Store.Type.REDIS) {
            diagnosis.error(
                    FIELD + ".secretRef", Reasons.INVALID, "belongs to the type Redis; remove it or change the type.");
        }
        return switch (store.type()) {
            case REDIS -> redis(store, secrets);
            case KUBERNETES ->
                host instanceof Host.OneMachine machine ? local(machine) : new StoreSettings.Kubernetes();
            case FILE -> {
                if (host instanceof Host.OneMachine machine) {
                    if (!machine.overrides().keepsState()) {
                        diagnosis.warning(
                                FIELD + ".type",
                                Reasons.IGNORED,
                                "there is no folder for the file, so sign-ins end with the process; give one with --state.");
                    }
                    yield local(machine);
                }
                requireOneReplica(spec);
                yield new StoreSettings.File();
            }
            case MEMORY -> {
                requireOneReplica(spec);
                yield new StoreSettings.Memory();
            }
        };
    }

    private static StoreSettings local(Host.OneMachine machine) {
        return machine.overrides().keepsState() ? new StoreSettings.File() : new StoreSettings.Memory();
    }

    private StoreSettings redis(Store store, NavigableSet<SecretKey> secrets) {
        String field = FIELD + ".secretRef";
        SecretKey url =
                references.secret(diagnosis, diagnosis.resource().name().namespace(), field, store.secretRef(), "url");
        if (url == null || !references.usableAsText(diagnosis, field, url)) {
            return new StoreSettings.Memory();
        }
        secrets.add(url);
        return new StoreSettings.Redis(url.credential());
    }

    private void requireOneReplica(McpGatewaySpec spec) {
        if (host instanceof Host.Cluster && (spec.replicas() > 1 || spec.autoscaling() != null)) {
            diagnosis.error(
                    FIELD + ".type",
                    Reasons.INVALID,
                    "keeps sign-ins in one replica, and there are several; set replicas to 1 or choose Kubernetes or Redis.");
        }
    }
}
