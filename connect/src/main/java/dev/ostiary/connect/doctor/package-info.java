/** Looks at everything that a connection needs and says what to fix. */
@NullMarked
package dev.ostiary.connect.doctor;

import org.jspecify.annotations.NullMarked;
