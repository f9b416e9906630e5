package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.entra.EntraDiagnosis;
import dev.ostiary.gateway.server.pages.ErrorView;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A browser's request that is answered with an error page, since there is nowhere safe to send the browser. */
final class PageException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    private final int status;
    private final ErrorView.Problem problem;
    private final @Nullable String detail;
    private final transient @Nullable EntraDiagnosis diagnosis;
    private final long retryAfterSeconds;

    private PageException(
            int status,
            ErrorView.Problem problem,
            @Nullable String detail,
            @Nullable EntraDiagnosis diagnosis,
            long retryAfterSeconds) {
        super(problem + (detail == null ? "" : ": " + detail), null, false, false);
        this.status = status;
        this.problem = problem;
        this.detail = detail;
        this.diagnosis = diagnosis;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    /** @param detail what else there is to say; nothing that the request said */
    static PageException of(int status, ErrorView.Problem problem, @Nullable String detail) {
        return new PageException(status, problem, detail, null, 0);
    }

    static PageException retry(int status, ErrorView.Problem problem, String detail, long seconds) {
        return new PageException(status, problem, detail, null, Math.max(1, seconds));
    }

    static PageException of(int status, ErrorView.Problem problem, EntraDiagnosis diagnosis) {
        return new PageException(status, problem, diagnosis.summary(), diagnosis, 0);
    }

    int status() {
        return status;
    }

    ErrorView.Problem problem() {
        return problem;
    }

    @Nullable
    String detail() {
        return detail;
    }

    /** 0: no use. */
    long retryAfterSeconds() {
        return retryAfterSeconds;
    }

    ErrorView view(String correlationId) {
        return new ErrorView(
                problem,
                detail,
                diagnosis == null ? null : diagnosis.field(),
                diagnosis == null ? null : diagnosis.fix(),
                diagnosis == null ? null : diagnosis.code(),
                correlationId);
    }
}
