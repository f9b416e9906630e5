/** Whether the gateway's app registration in Entra is as the gateway needs it, as far as the gateway itself may see. */
@NullMarked
package dev.ostiary.gateway.server.registration;

import org.jspecify.annotations.NullMarked;
