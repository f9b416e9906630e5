/** Tokens from the Azure CLI that is signed in on this machine. */
@NullMarked
package dev.ostiary.connect.az;

import org.jspecify.annotations.NullMarked;
