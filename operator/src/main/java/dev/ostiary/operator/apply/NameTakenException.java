package dev.ostiary.operator.apply;

/** An object of the name that the operator needs is there already, and belongs to somebody else. */
public final class NameTakenException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NameTakenException(ObjectKey key) {
        super(key + " is there already and does not belong to this resource; rename or delete it.");
    }
}
