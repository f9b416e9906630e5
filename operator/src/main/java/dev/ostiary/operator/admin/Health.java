package dev.ostiary.operator.admin;

/** Whether the operator is well. Asked by probes, so answers come at once. */
public interface Health {

    /** Why the process is to be restarted; empty when it is not. */
    String dead();

    /** Why it is not ready; empty when it is. */
    String unready();
}
