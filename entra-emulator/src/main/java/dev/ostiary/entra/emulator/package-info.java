/**
 * An emulator of Microsoft Entra ID and the part of Microsoft Graph that gateways use: for demonstrations on one machine
 * and as the counterpart in tests. It asks nobody for a password and is <strong>not for production</strong>.
 *
 * <p>Start with {@link dev.ostiary.entra.emulator.EntraEmulator}. Behaviour follows public documentation and observed
 * output; each test names its source.
 */
@NullMarked
package dev.ostiary.entra.emulator;

import org.jspecify.annotations.NullMarked;
