package dev.ostiary.operator.objects;

/** A {@code spec.podTemplate} that cannot be merged. The message names the field and says what to do. */
public final class InvalidPodTemplateException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param field the path of the field
     * @param what is wrong with it
     */
    public InvalidPodTemplateException(String field, String what) {
        super(field + " " + what);
    }
}
