/** The connections to the API server: none that has gone silent is believed for long. */
@NullMarked
package dev.ostiary.operator.contact;

import org.jspecify.annotations.NullMarked;
