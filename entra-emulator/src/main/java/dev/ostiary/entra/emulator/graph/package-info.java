/**
 * The part of Microsoft Graph that gateways ask: the signed-in user, group membership with paging, session revocation and
 * OpenID Connect userinfo. Stateless apart from the directory; safe for any thread.
 */
@NullMarked
package dev.ostiary.entra.emulator.graph;

import org.jspecify.annotations.NullMarked;
