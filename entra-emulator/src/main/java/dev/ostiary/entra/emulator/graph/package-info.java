/**
 * The part of Microsoft Graph that gateways and {@code ostiary entra} ask: the signed-in user, group membership with paging, session
 * revocation, OpenID Connect userinfo; applications, service principals, permission grants, role assignments and credentials.
 * Stateless apart from the directory; safe for any thread.
 *
 * <p>Marks as in the fact sheet: [D] documentation, [O] observed in public, [U] unverified: the code branches that a client may take
 * are real, the words are ours.
 */
@NullMarked
package dev.ostiary.entra.emulator.graph;

import org.jspecify.annotations.NullMarked;
