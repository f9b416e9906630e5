/** Sessions: one child, one caller, every queue bounded. */
@NullMarked
package dev.ostiary.gateway.bridge.session;

import org.jspecify.annotations.NullMarked;
