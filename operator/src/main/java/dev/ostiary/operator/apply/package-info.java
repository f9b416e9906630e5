/** Making objects be as they are desired: server-side apply that never writes what is there already, and pruning. */
@NullMarked
package dev.ostiary.operator.apply;

import org.jspecify.annotations.NullMarked;
