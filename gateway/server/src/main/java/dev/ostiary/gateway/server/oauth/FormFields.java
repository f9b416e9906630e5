package dev.ostiary.gateway.server.oauth;

/** The names and values of what the pages post. */
final class FormFields {

    static final String DECISION = "decision";
    static final String APPROVE = "approve";
    static final String DENY = "deny";
    static final String REMEMBER = "remember";
    static final String YES = "yes";
    static final String TRANSACTION = "transaction";
    static final String GRANT = "grant";
    static final String TOKEN = "token";

    private FormFields() {}
}
