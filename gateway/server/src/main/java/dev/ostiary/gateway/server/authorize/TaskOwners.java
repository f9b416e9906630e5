package dev.ostiary.gateway.server.authorize;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.ostiary.gateway.server.identity.Principal;
import java.time.Duration;

/**
 * Which principal made which task. A task that is not here belongs to nobody: bounded in number and age, and held by the
 * replica that saw the task begin. Any thread.
 */
public final class TaskOwners {

    private static final long MAX_TASKS = 100_000;
    private static final Duration MAX_AGE = Duration.ofDays(1);

    private record Task(String workloadUid, String id) {}

    private final Cache<Task, String> owners = Caffeine.newBuilder()
            .maximumSize(MAX_TASKS)
            .expireAfterAccess(MAX_AGE)
            .build();

    /** Notes who made a task. The first to claim an id keeps it: false when it is somebody else's. */
    public boolean made(String workloadUid, String taskId, Principal by) {
        String owner = owners.asMap().putIfAbsent(new Task(workloadUid, taskId), by.key());
        return owner == null || owner.equals(by.key());
    }

    /** Whether this principal made the task. */
    public boolean owns(String workloadUid, String taskId, Principal principal) {
        return principal.key().equals(owners.getIfPresent(new Task(workloadUid, taskId)));
    }
}
