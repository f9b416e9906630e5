package dev.ostiary.gateway.server.pages;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.text.MessageFormat;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.EnumMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/** What the pages say in one language: the file {@code texts_<language>.properties}. */
final class Texts {

    private static final Map<Language, Texts> ALL = new EnumMap<>(Language.class);

    static {
        for (Language language : Language.values()) {
            ALL.put(language, new Texts(language));
        }
    }

    private final Language language;
    private final Properties texts = new Properties();
    private final DateTimeFormatter time;

    private Texts(Language language) {
        this.language = language;
        try {
            texts.load(new StringReader(Resources.read("texts_" + language.tag() + ".properties")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        time = DateTimeFormatter.ofPattern(pattern("time"), language.locale());
    }

    static Texts in(Language language) {
        Texts texts = ALL.get(language);
        if (texts == null) {
            throw new IllegalStateException("no texts in " + language);
        }
        return texts;
    }

    Language language() {
        return language;
    }

    Set<String> keys() {
        return new TreeSet<>(texts.stringPropertyNames());
    }

    /** The text as it stands in the file. */
    String pattern(String key) {
        String pattern = texts.getProperty(key);
        if (pattern == null) {
            throw new IllegalArgumentException("no text " + key + " in " + language);
        }
        return pattern;
    }

    /** A text, escaped, whose placeholders {@code {0}}… are filled with markup. */
    Html say(String key, Html... arguments) {
        Object[] markup = new Object[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            markup[i] = arguments[i].markup();
        }
        String escaped = Html.escape(pattern(key));
        return new Html(new MessageFormat(escaped, language.locale()).format(markup));
    }

    /** A point in time to the minute, in UTC, for people and for machines. */
    Html time(Instant instant) {
        return Html.of(
                "<time datetime=\"%s\">%s</time>",
                Html.attribute(instant.toString()), Html.text(time.format(instant.atOffset(ZoneOffset.UTC))));
    }
}
