package dev.ostiary.gateway.server.pages;

/**
 * What somebody reads who opens a server's address in a browser.
 *
 * @param name of the server, for people
 * @param route the server's path without its slash: what programs call it
 * @param url the server's address
 * @param hasGrants whether there is a page of what the user has allowed
 */
public record AddressView(String name, String route, String url, boolean hasGrants) {}
