package dev.ostiary.gateway.config;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** For Flight Recorder: a snapshot was made into bytes, which is the dearest thing that is done with large ones. */
@Name("dev.ostiary.SnapshotWritten")
@Label("Snapshot Written")
@Description("A gateway's configuration was made into its canonical bytes")
@Category("Ostiary")
final class SnapshotWritten extends Event {

    @Label("Gateway")
    String gateway = "";

    @Label("Routes")
    int routes;

    @Label("Bytes")
    @DataAmount
    long bytes;
}
