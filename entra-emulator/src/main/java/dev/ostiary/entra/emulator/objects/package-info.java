/**
 * The directory as Microsoft Graph keeps it: objects in JSON, one set per tenant, made of the directory that the emulator began
 * with and changed over Graph or by consent. Sign-in reads {@link dev.ostiary.entra.emulator.objects.LiveDirectory#current}, which
 * is made of the same objects: what Graph says is what sign-in enforces.
 */
@NullMarked
package dev.ostiary.entra.emulator.objects;

import org.jspecify.annotations.NullMarked;
