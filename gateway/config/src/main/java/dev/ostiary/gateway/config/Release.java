package dev.ostiary.gateway.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * This release: what a replica says about itself, and which snapshot format an operator of this release writes at most.
 * Filled in by the build.
 *
 * @param version for people, for example {@code 0.1.0}
 * @param format the newest snapshot format it knows
 */
public record Release(String version, int format) {

    /** The release that this program belongs to. */
    public static final Release THIS = read();

    private static Release read() {
        Properties properties = new Properties();
        try (InputStream input = Release.class.getResourceAsStream("release.properties")) {
            if (input == null) {
                throw new IllegalStateException("release.properties is missing from the program");
            }
            properties.load(input);
        } catch (IOException e) {
            throw new UncheckedIOException("release.properties cannot be read", e);
        }
        return new Release(
                properties.getProperty("version"), Integer.parseInt(properties.getProperty("snapshot.format")));
    }
}
