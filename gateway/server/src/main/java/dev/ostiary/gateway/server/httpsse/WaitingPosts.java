package dev.ostiary.gateway.server.httpsse;

import dev.ostiary.gateway.server.mcp.MessageId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The posts of one session that wait for answers on its stream, the oldest first. Confined to the session's event loop. */
final class WaitingPosts {

    private static final int MOST = 256;

    /** One of them; itself and no other, however alike: what it waits for changes. */
    static final class Post {

        private final Attached caller;
        private final @Nullable String newSession;
        private final Set<MessageId> open;

        private Post(Attached caller, Set<MessageId> asked, @Nullable String newSession) {
            this.caller = caller;
            this.open = new LinkedHashSet<>(asked);
            this.newSession = newSession;
        }

        Attached caller() {
            return caller;
        }

        /** The session that it begins; null when it has one. */
        @Nullable
        String newSession() {
            return newSession;
        }

        /** Whether all that it asked has been answered. */
        boolean isAnswered() {
            return open.isEmpty();
        }
    }

    private final Map<MessageId, Post> byId = new HashMap<>();
    private final Set<Post> posts = new LinkedHashSet<>();

    /** The status with which a post that asks this is refused; 0 when there is room for it. */
    int refusal(Set<MessageId> asked) {
        if (asked.stream().anyMatch(byId::containsKey)) {
            // Two requests with one id could not be told apart on the one stream.
            return 400;
        }
        return posts.size() >= MOST ? 503 : 0;
    }

    Post add(Attached caller, Set<MessageId> asked, @Nullable String newSession) {
        Post post = new Post(caller, asked, newSession);
        posts.add(post);
        asked.forEach(id -> byId.put(id, post));
        return post;
    }

    /** Whose request this answers; null when nobody asked, or whoever did has gone. */
    @Nullable
    Post answered(MessageId id) {
        Post post = byId.remove(id);
        if (post != null) {
            post.open.remove(id);
        }
        return post;
    }

    void remove(Post post) {
        posts.remove(post);
        post.open.forEach(id -> byId.remove(id, post));
    }

    /** The oldest that has a session in which it can hear something. */
    @Nullable
    Attached oldestListener() {
        for (Post post : posts) {
            // Before the answer to initialize is there, a client has no session to hear anything in.
            if (!post.caller.isCancelled() && post.newSession == null) {
                return post.caller;
            }
        }
        return null;
    }

    /** Removes those whose callers have gone; whether one of them was to begin the session. */
    boolean removeCancelled() {
        boolean begun = false;
        for (Iterator<Post> each = posts.iterator(); each.hasNext(); ) {
            Post post = each.next();
            if (post.caller.isCancelled()) {
                each.remove();
                post.open.forEach(id -> byId.remove(id, post));
                begun |= post.newSession != null;
            }
        }
        return begun;
    }

    boolean isOneSlow() {
        return posts.stream().anyMatch(post -> post.caller.isPaused());
    }

    boolean isEmpty() {
        return posts.isEmpty();
    }

    /** Removes all. */
    List<Attached> drain() {
        List<Attached> callers = new ArrayList<>();
        posts.forEach(post -> callers.add(post.caller));
        posts.clear();
        byId.clear();
        return callers;
    }
}
