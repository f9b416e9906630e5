package dev.ostiary.gateway.server.upstream;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Finds the addresses of a host name; may block. */
@FunctionalInterface
interface NameLookup {

    /** Returns at least one address, in the order in which they should be tried. */
    InetAddress[] lookup(String host) throws UnknownHostException;
}
