package dev.ostiary.connect.state;

import dev.ostiary.connect.diagnostics.Diagnostics;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The keychain, or files once it has failed: a session may name a keychain that does not run, or that nobody unlocks. A secret that is in a
 * file was written when the keychain failed, so it is the newer one, until the keychain takes the next: an older one may hold a refresh
 * token that was used already, and showing that again ends a sign-in (RFC 9700 §4.14.2).
 */
final class KeychainOrFiles implements Secrets {

    private final Secrets keychain;
    private final SecretFiles files;
    private final Diagnostics diagnostics;
    private volatile boolean failed;

    KeychainOrFiles(Secrets keychain, SecretFiles files, Diagnostics diagnostics) {
        this.keychain = keychain;
        this.files = files;
        this.diagnostics = diagnostics;
    }

    @Override
    public byte @Nullable [] read(String key) throws IOException, InterruptedException {
        byte[] newer = files.read(key);
        if (newer == null && !failed) {
            try {
                return keychain.read(key);
            } catch (IOException e) {
                fail(e);
            }
        }
        return newer;
    }

    @Override
    public void write(String key, byte[] secret) throws IOException, InterruptedException {
        if (!failed) {
            try {
                keychain.write(key, secret);
                files.delete(key);
                return;
            } catch (IOException e) {
                fail(e);
            }
        }
        files.write(key, secret);
    }

    private void fail(IOException e) {
        failed = true;
        diagnostics.say(
                keychain.place() + " cannot be used (" + e.getMessage() + "); tokens are kept in " + files.place());
    }

    @Override
    public String place() {
        return failed ? files.place() : keychain.place();
    }
}
