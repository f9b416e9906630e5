package dev.ostiary.cli.entra;

/** What pipelines can rely on, as with other tools that compare desired and actual state. */
final class EntraExit {

    /** As desired. */
    static final int AS_DESIRED = 0;

    /** It could not be found out or done. */
    static final int FAILED = 1;

    /** Something differs, or there are findings. */
    static final int DIFFERENT = 2;

    private EntraExit() {}
}
