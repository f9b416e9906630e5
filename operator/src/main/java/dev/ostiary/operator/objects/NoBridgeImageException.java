package dev.ostiary.operator.objects;

/** A stdio workload on an operator that was not told which image has the bridge. The message says what to set. */
public final class NoBridgeImageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NoBridgeImageException() {
        super(
                "The operator does not know the image of the bridge, which stdio servers run behind: set images.bridge of the"
                        + " chart, or the operator's variable OSTIARY_BRIDGE_IMAGE.");
    }
}
