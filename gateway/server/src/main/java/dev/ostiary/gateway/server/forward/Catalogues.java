package dev.ostiary.gateway.server.forward;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.ToolPin;
import dev.ostiary.gateway.config.Upstream;
import dev.ostiary.gateway.server.authorize.AuthorizedPost;
import dev.ostiary.gateway.server.authorize.CatalogueSource;
import dev.ostiary.gateway.server.authorize.KnownTool;
import dev.ostiary.gateway.server.authorize.McpContext;
import dev.ostiary.gateway.server.authorize.ServedRoute;
import dev.ostiary.gateway.server.mcp.ListResponse;
import dev.ostiary.gateway.server.mcp.ListedItem;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What workloads last said about their tools. Shared between callers only where all callers look alike to the workload; else
 * each principal has a catalogue of its own. On a miss the workload is asked by the caller who needs it, once for all who
 * wait; a catalogue that has not been confirmed for a while is asked for again.
 *
 * <p>Any thread; answers come on the executor of whoever asked.
 */
final class Catalogues implements CatalogueSource {

    /** Most tools over all catalogues; an empty catalogue counts as one. */
    private static final long MAX_KNOWN = 500_000;

    private static final int MAX_TOOLS = 10_000;
    private static final int MAX_WAITING = 1_000;

    /** How long the answer to a whole listing is believed. A workload that changes its tools should say so earlier. */
    private static final Duration BELIEVED = Duration.ofMinutes(5);

    private static final Logger LOG = LoggerFactory.getLogger(Catalogues.class);

    private final Lister lister;
    private final Cache<Key, Catalogue> known = Caffeine.newBuilder()
            .maximumWeight(MAX_KNOWN)
            .weigher((Key key, Catalogue catalogue) -> 1 + catalogue.tools.size())
            .expireAfterWrite(BELIEVED)
            .build();
    private final Map<Key, Asking> asking = new ConcurrentHashMap<>();

    /** Asks a workload for all its tools. */
    @FunctionalInterface
    interface Lister {
        /** Calls back once on the exchange's executor. */
        void list(McpContext context, Consumer<Listing> then);
    }

    /** What asking a workload came to. */
    sealed interface Listing {

        /** All its tools, by name. */
        record Whole(Map<String, KnownTool> tools) implements Listing {}

        /** It could not be asked, or its answer could not be read. */
        record Failed() implements Listing {}

        /**
         * It was not asked, since there is nothing to show it for this caller, or it no longer knows the caller's session.
         *
         * @param answer tells a caller so, in place of the workload
         */
        record Withheld(Consumer<AuthorizedPost> answer) implements Listing {}
    }

    private record Key(String workloadUid, Upstream upstream, String principal) {}

    /** @param whole whether it is the answer to a listing of all pages, so that a missing tool is really missing */
    private record Catalogue(Map<String, KnownTool> tools, boolean whole) {}

    /**
     * @param hashed whether a pin needs the hash of the tool's definition, which is computed only where one does
     */
    private record Waiting(EventExecutor executor, String tool, boolean hashed, Consumer<Lookup> then) {

        Lookup of(Catalogue catalogue) {
            KnownTool tool = catalogue.tools.get(this.tool);
            if (tool == null) {
                return catalogue.whole ? new Lookup.Unlisted() : new Lookup.Unknown();
            }
            return hashed && tool.definitionHash().isEmpty() ? new Lookup.Unknown() : new Lookup.Listed(tool);
        }
    }

    /** A listing under way. Its members change only under the map's lock. */
    private static final class Asking {
        private final List<Waiting> waiting = new ArrayList<>();

        /** The workload said meanwhile that its tools have changed: the answer is given, but not kept. */
        private boolean outdated;
    }

    Catalogues(Lister lister) {
        this.lister = lister;
    }

    @Override
    public void find(McpContext context, String tool, Consumer<Lookup> then) {
        Key key = key(context);
        ToolPin pin = context.served().pin(tool);
        boolean hashed = pin != null && pin.definitionHash() != null;
        Waiting waiting = new Waiting(context.exchange().executor(), tool, hashed, then);
        Catalogue catalogue = known.getIfPresent(key);
        Lookup lookup = catalogue == null ? new Lookup.Unknown() : waiting.of(catalogue);
        if (lookup instanceof Lookup.Unknown) {
            ask(context, key, waiting);
        } else {
            then.accept(lookup);
        }
    }

    private void ask(McpContext context, Key key, Waiting waiting) {
        boolean[] first = new boolean[1];
        boolean[] full = new boolean[1];
        asking.compute(key, (_, others) -> {
            first[0] = others == null;
            Asking all = others == null ? new Asking() : others;
            full[0] = all.waiting.size() >= MAX_WAITING;
            if (!full[0]) {
                all.waiting.add(waiting);
            }
            return all;
        });
        if (full[0]) {
            waiting.then.accept(new Lookup.Unknown());
        } else if (first[0]) {
            try {
                lister.list(context, listing -> answered(key, listing));
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("a workload could not be asked for its tools");
                answered(key, new Listing.Failed());
            }
        }
    }

    private void answered(Key key, Listing listing) {
        Catalogue catalogue = listing instanceof Listing.Whole(Map<String, KnownTool> tools)
                ? new Catalogue(Map.copyOf(tools), true)
                : null;
        Asking[] done = new Asking[1];
        asking.computeIfPresent(key, (_, all) -> {
            done[0] = all;
            if (catalogue != null && !all.outdated) {
                known.put(key, catalogue);
            }
            return null;
        });
        if (done[0] == null) {
            return;
        }
        for (Waiting waiting : done[0].waiting) {
            Lookup answer = catalogue != null
                    ? waiting.of(catalogue)
                    : listing instanceof Listing.Withheld(Consumer<AuthorizedPost> instead)
                            ? new Lookup.Withheld(instead)
                            : new Lookup.Unknown();
            waiting.executor.execute(() -> waiting.then.accept(answer));
        }
    }

    /**
     * Learns from a page that passes by. A page is not the whole list, so it only adds and corrects; one that says nothing
     * new does not prolong what is believed about the rest.
     */
    void seen(McpContext context, ListResponse.Page page) {
        Key key = key(context);
        Map<String, KnownTool> now = new HashMap<>();
        for (ListedItem item : page.items()) {
            now.put(item.key(), known(context.served(), item));
        }
        Catalogue kept = known.getIfPresent(key);
        if (kept != null && kept.tools.entrySet().containsAll(now.entrySet())) {
            return;
        }
        known.asMap().compute(key, (_, before) -> {
            Map<String, KnownTool> tools = new HashMap<>(before == null ? Map.of() : before.tools);
            now.forEach((name, tool) -> {
                if (tools.size() < MAX_TOOLS || tools.containsKey(name)) {
                    tools.put(name, tool);
                }
            });
            return new Catalogue(Map.copyOf(tools), before != null && before.whole);
        });
    }

    /** The workload says that its tools have changed. */
    void forget(McpContext context) {
        Key key = key(context);
        asking.computeIfPresent(key, (_, all) -> {
            all.outdated = true;
            return all;
        });
        known.invalidate(key);
    }

    /** What an item says about its tool. */
    static KnownTool known(ServedRoute served, ListedItem item) {
        ToolPin pin = served.pin(item.key());
        boolean pinned = pin != null && pin.definitionHash() != null;
        return new KnownTool(
                item.key(),
                item.readOnlyHint(),
                item.destructiveHint(),
                item.idempotentHint(),
                item.openWorldHint(),
                pinned ? item.definitionHash() : "");
    }

    private static Key key(McpContext context) {
        Route route = context.served().route();
        Upstream upstream = route.upstream();
        if (upstream == null) {
            throw new IllegalStateException("an open route has an upstream");
        }
        String principal = route.upstreamAuth().sharedByAllCallers()
                ? ""
                : context.caller().principal().key();
        return new Key(route.workloadUid(), upstream, principal);
    }
}
