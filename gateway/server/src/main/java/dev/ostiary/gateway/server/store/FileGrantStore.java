package dev.ostiary.gateway.server.store;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Grants in one file of the host that runs the gateway, for one replica: {@code grants.mv} in the state directory. An
 * operation that has returned is on disk. Holds at most {@link Capacity#FILE}.
 */
public final class FileGrantStore extends TableStore {

    private final GroupCommit file;

    /**
     * @param directory made when it is not there
     * @param clock decides what has expired
     * @throws StoreUnavailableException when another process uses the directory, others may write into it, or the file is
     *     damaged; the file is left as it is
     */
    public FileGrantStore(Path directory, InstantSource clock) throws StoreUnavailableException {
        this(directory, clock, Capacity.FILE);
    }

    FileGrantStore(Path directory, InstantSource clock, Capacity capacity) throws StoreUnavailableException {
        try {
            this.file = new GroupCommit(directory, clock, capacity);
        } catch (IOException e) {
            String message = e.getMessage();
            throw new StoreUnavailableException(message == null ? "the state file cannot be opened" : message, e);
        }
    }

    @Override
    <T extends @Nullable Object> T call(Operation<T> operation) throws StoreUnavailableException {
        return file.call(operation);
    }

    @Override
    public void close() {
        file.close();
    }
}
