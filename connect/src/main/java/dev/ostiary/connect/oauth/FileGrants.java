package dev.ostiary.connect.oauth;

import dev.ostiary.connect.state.OwnFiles;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** In files of mode 0600. */
final class FileGrants implements Grants {

    private final OwnFiles files;

    FileGrants(OwnFiles files) {
        this.files = files;
    }

    @Override
    public @Nullable Grant read(String key) throws IOException {
        byte[] bytes = files.read(key + ".json");
        return bytes == null ? null : Grant.of(bytes);
    }

    @Override
    public void write(String key, Grant grant) throws IOException {
        files.write(key + ".json", grant.toJson());
    }

    @Override
    public String place() {
        return files.folder().toString();
    }
}
