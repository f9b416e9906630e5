/** What servers publish of themselves for clients that sign in: RFC 9728, RFC 8414, OpenID discovery. */
@NullMarked
package dev.ostiary.connect.metadata;

import org.jspecify.annotations.NullMarked;
