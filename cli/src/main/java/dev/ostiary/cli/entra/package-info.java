/** {@code ostiary entra}: the app registration of a gateway, made and checked. */
@NullMarked
package dev.ostiary.cli.entra;

import org.jspecify.annotations.NullMarked;
