package dev.ostiary.gateway.server.http;

import java.nio.file.Path;

/**
 * Where a listener's certificate is.
 *
 * @param certificate PEM, the server's certificate first, then those that lead to the root
 * @param key PEM, unencrypted: PKCS #8, PKCS #1 or SEC 1
 */
public record TlsFiles(Path certificate, Path key) {}
