/** What has to change so that a registration is as desired: pure, with the reason of every change. */
@NullMarked
package dev.ostiary.entra.plan;

import org.jspecify.annotations.NullMarked;
