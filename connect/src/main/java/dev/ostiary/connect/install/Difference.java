package dev.ostiary.connect.install;

import java.util.ArrayList;
import java.util.List;

/** What differs between two texts that share their beginning and end, with three lines around it. Pure. */
final class Difference {

    private static final int AROUND = 3;

    private Difference() {}

    static List<String> of(String before, String after) {
        List<String> old = before.isEmpty() ? List.of() : before.lines().toList();
        List<String> now = after.lines().toList();
        int same = 0;
        while (same < old.size() && same < now.size() && old.get(same).equals(now.get(same))) {
            same++;
        }
        int tail = 0;
        while (tail < old.size() - same
                && tail < now.size() - same
                && old.get(old.size() - 1 - tail).equals(now.get(now.size() - 1 - tail))) {
            tail++;
        }
        List<String> lines = new ArrayList<>();
        old.subList(Math.max(0, same - AROUND), same).forEach(line -> lines.add(" " + line));
        old.subList(same, old.size() - tail).forEach(line -> lines.add("-" + line));
        now.subList(same, now.size() - tail).forEach(line -> lines.add("+" + line));
        old.subList(old.size() - tail, Math.min(old.size(), old.size() - tail + AROUND))
                .forEach(line -> lines.add(" " + line));
        return lines;
    }
}
