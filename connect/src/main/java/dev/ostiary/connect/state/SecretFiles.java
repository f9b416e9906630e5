package dev.ostiary.connect.state;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** In files of mode 0600. */
final class SecretFiles implements Secrets {

    private final OwnFiles files;

    SecretFiles(OwnFiles files) {
        this.files = files;
    }

    @Override
    public byte @Nullable [] read(String key) throws IOException {
        return files.read(key + ".json");
    }

    @Override
    public void write(String key, byte[] secret) throws IOException {
        files.write(key + ".json", secret);
    }

    void delete(String key) throws IOException {
        files.delete(key + ".json");
    }

    @Override
    public String place() {
        return files.folder().toString();
    }
}
