#!/bin/bash
# needs: java javac
# the collector, the compilers and their threads as the machine's defaults have them
cat >Main.java <<'J'
import java.util.*;

public class Main {
    record Point(int x, int y) {}

    static long mix(long[] a, int rounds) {
        long h = 17;
        for (int r = 0; r < rounds; r++)
            for (int i = 0; i < a.length; i++) h = h * 31 + (a[i] ^ r);
        return h;
    }

    public static void main(String[] words) {
        long[] a = new long[1000];
        for (int i = 0; i < a.length; i++) a[i] = i * 7L;
        for (int i = 0; i < 10; i++) System.out.println(mix(a, 500));
        Map<Integer, List<Point>> map = new HashMap<>();
        for (int i = 0; i < 300_000; i++) {
            map.computeIfAbsent(i % 1000, k -> new ArrayList<>()).add(new Point(i, -i));
            if (i % 50_000 == 0) map.clear();
        }
        System.out.println(map.size() + " " + map.values().stream().mapToInt(List::size).sum());
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 10; i++) text.append(String.format("%04x ", i * i * 1000));
        System.out.println(text);
    }
}
J
javac Main.java && java Main
