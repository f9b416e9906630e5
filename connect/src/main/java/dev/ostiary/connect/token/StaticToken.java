package dev.ostiary.connect.token;

import dev.ostiary.connect.diagnostics.ConnectFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A token that somebody else renews, if anybody: from a variable, or from a file that is read again when it is refused. */
public final class StaticToken implements TokenSource {

    private static final int LONGEST = 64 * 1024;

    private final @Nullable Path file;
    private volatile AccessToken token;

    private StaticToken(@Nullable Path file, AccessToken token) {
        this.file = file;
        this.token = token;
    }

    /**
     * This one.
     *
     * @throws ConnectFailure when it cannot be a token
     */
    public static StaticToken of(String value) throws ConnectFailure {
        return new StaticToken(null, checked(value, "MCP_ENTRA_TOKEN"));
    }

    /**
     * What this file has, white space at its ends aside.
     *
     * @throws ConnectFailure when it cannot be read or has no token
     */
    public static StaticToken in(Path file) throws ConnectFailure {
        return new StaticToken(file, read(file));
    }

    @Override
    public AccessToken current(WantedBy by) {
        return token;
    }

    @Override
    public AccessToken renewed(@Nullable AccessToken refused, Challenge challenge, WantedBy by) throws ConnectFailure {
        if (file != null) {
            AccessToken now = read(file);
            if (refused == null || !now.value().equals(refused.value())) {
                token = now;
                return now;
            }
        }
        String why = challenge.errorDescription() == null ? "" : ": " + challenge.errorDescription();
        throw ConnectFailure.refused(
                "the server refuses the token from " + (file == null ? "MCP_ENTRA_TOKEN" : file) + why,
                file == null
                        ? "put a new token there and start the client again, or leave the variable out to sign in"
                        : "write a new token to the file; it is read again at the next call");
    }

    private static AccessToken read(Path file) throws ConnectFailure {
        try {
            if (Files.size(file) > LONGEST) {
                throw ConnectFailure.usage(file + " is too long for a token", "name a file that holds the token alone");
            }
            return checked(Files.readString(file), file.toString());
        } catch (IOException e) {
            throw ConnectFailure.usage(
                    "the token file " + file + " cannot be read", "check --token-file and who may read it");
        }
    }

    private static AccessToken checked(String text, String where) throws ConnectFailure {
        String value = text.strip();
        if (!AccessToken.fits(value)) {
            throw ConnectFailure.usage(
                    where + " holds no token", "put the access token there, alone and without the word Bearer");
        }
        return new AccessToken(value, null);
    }
}
