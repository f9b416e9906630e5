/** The registration in the tenant: read whole, written step by step. */
@NullMarked
package dev.ostiary.entra.tenant;

import org.jspecify.annotations.NullMarked;
