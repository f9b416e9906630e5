package dev.ostiary.entra.emulator.oauth;

import dev.ostiary.entra.emulator.http.Request;
import dev.ostiary.entra.emulator.http.Response;
import java.util.ArrayList;
import java.util.List;

/** Browser sessions: who is signed in in this browser. Safe for any thread. */
final class Sessions {

    static final String COOKIE = "ESTSAUTHPERSISTENT";
    private static final int MAX_USERS = 20;

    private final Realm realm;
    private final SignInState state;

    Sessions(Realm realm, SignInState state) {
        this.realm = realm;
        this.state = state;
    }

    /** Those signed in in this browser whose session was not revoked. */
    List<SignIn> current(Request request) {
        String id = request.cookie(COOKIE);
        List<SignIn> all = id == null ? List.of() : state.sessions.get(id).orElse(List.of());
        return all.stream()
                .filter(signIn -> !state.revoked(signIn, signIn.at()))
                .map(state::current)
                .filter(signIn -> signIn.user().enabled())
                .toList();
    }

    /** Adds a sign-in to the browser's session; the answer sets its cookie. */
    Response remember(Request request, SignIn signIn, Response response) {
        List<SignIn> all = new ArrayList<>(current(request));
        all.removeIf(other -> other.user().oid().equals(signIn.user().oid()));
        all.add(signIn);
        if (all.size() > MAX_USERS) {
            all.removeFirst();
        }
        String before = request.cookie(COOKIE);
        if (before != null) {
            state.sessions.remove(before);
        }
        String id = realm.opaque().text(32);
        state.sessions.put(id, List.copyOf(all));
        return response.with("Set-Cookie", cookie(id, ""));
    }

    /** Ends the browser's session. */
    Response forget(Request request, Response response) {
        String id = request.cookie(COOKIE);
        if (id != null) {
            state.sessions.remove(id);
        }
        return response.with("Set-Cookie", cookie("", "; Max-Age=0"));
    }

    private String cookie(String value, String more) {
        boolean secure = realm.issuers().loginOrigin().startsWith("https:");
        return COOKIE + "=" + value + "; Path=/; HttpOnly; SameSite=Lax" + (secure ? "; Secure" : "") + more;
    }
}
