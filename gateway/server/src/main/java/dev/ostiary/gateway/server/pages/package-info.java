/**
 * The pages that people see: pure functions from what there is to say to HTML. No scripts, nothing from elsewhere; every text
 * that is not ours is escaped.
 *
 * <p>There is no template engine. Three pages do not need its language, its cache and its defaults: each page is a few text
 * blocks that functions put together, and their arguments are of type {@code Html}, so that a text which nobody has escaped
 * does not compile.
 */
@NullMarked
package dev.ostiary.gateway.server.pages;

import org.jspecify.annotations.NullMarked;
