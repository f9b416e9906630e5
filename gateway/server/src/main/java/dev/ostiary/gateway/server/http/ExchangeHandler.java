package dev.ostiary.gateway.server.http;

/** Takes an exchange when its head has arrived. */
@FunctionalInterface
public interface ExchangeHandler {

    /** Called on the exchange's executor; must not block. An exception that escapes answers 500 without detail. */
    void handle(Exchange exchange);
}
