/** What `helm test` runs. */
@NullMarked
package dev.ostiary.operator.probe;

import org.jspecify.annotations.NullMarked;
