/** The API as a real API server serves it. */
@NullMarked
package dev.ostiary.testing.api;

import org.jspecify.annotations.NullMarked;
