package dev.ostiary.gateway.server.forward;

/** What becomes of one message of a workload. */
sealed interface Judged {

    /**
     * It is passed on.
     *
     * @param bytes the very array that came where nothing had to change, else another
     */
    @SuppressWarnings("ArrayRecordComponent") // written once and sent
    record Pass(byte[] bytes) implements Judged {}

    /** Nothing of it is passed on, and nobody waits for it. */
    record Drop() implements Judged {}

    /**
     * Nothing of it is passed on, and whoever waits for it is told so.
     *
     * @param failure what to say
     */
    record Fail(WorkloadErrors.Failure failure) implements Judged {}
}
