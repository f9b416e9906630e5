package dev.ostiary.operator.status;

/**
 * A Kubernetes Event to be written.
 *
 * @param type Normal or Warning
 * @param reason CamelCase, at most 128 characters: the condition's
 * @param note for people, at most 1,024 characters
 */
public record Notice(Type type, String reason, String note) {

    /** Kinds of events; the names are Kubernetes'. */
    public enum Type {
        NORMAL("Normal"),
        WARNING("Warning");

        private final String word;

        Type(String word) {
            this.word = word;
        }

        /** As the API writes it. */
        public String word() {
            return word;
        }
    }
}
