package dev.ostiary.gateway.server.pages;

/** The names and values of what the pages post: the pages write them, the handlers read them. */
public final class Fields {

    /** Which button of the consent page was pressed: {@link #APPROVE} or {@link #DENY}. */
    public static final String DECISION = "decision";

    public static final String APPROVE = "approve";
    public static final String DENY = "deny";

    /** {@link #YES} when an approval shall be remembered; absent otherwise. */
    public static final String REMEMBER = "remember";

    public static final String YES = "yes";

    /** The consent page's {@link ConsentView#token}. */
    public static final String TRANSACTION = "transaction";

    /** The {@link GrantsView.Row#id} of the grant to end. */
    public static final String GRANT = "grant";

    /** The grants page's {@link GrantsView#token}. */
    public static final String TOKEN = "token";

    /** {@link #OTHER} in a link to the page of grants: for another account than the one that is signed in. */
    public static final String ACCOUNT = "account";

    public static final String OTHER = "other";

    private Fields() {}
}
