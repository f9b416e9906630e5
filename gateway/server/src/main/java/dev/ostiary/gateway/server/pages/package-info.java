/**
 * The pages that people see: pure functions from what there is to say to HTML. No scripts, nothing from elsewhere; every text
 * that is not ours is escaped.
 */
@NullMarked
package dev.ostiary.gateway.server.pages;

import org.jspecify.annotations.NullMarked;
