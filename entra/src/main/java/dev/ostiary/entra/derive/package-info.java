/** From the resources of a gateway to the registration that they need. Pure. */
@NullMarked
package dev.ostiary.entra.derive;

import org.jspecify.annotations.NullMarked;
