/** A replica's life in a cluster: follows the runtime Secret, reports what is enforced, keeps grants as objects. */
@NullMarked
package dev.ostiary.gateway.kubernetes;

import org.jspecify.annotations.NullMarked;
