/**
 * Which route a path names, and whether it is open.
 */
@NullMarked
package dev.ostiary.gateway.server.route;

import org.jspecify.annotations.NullMarked;
