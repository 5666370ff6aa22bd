#!/bin/bash
# needs: java javac
cat >Main.java <<'J'
import java.util.concurrent.*;
import java.util.stream.*;

public class Main {
    static int counter;
    static synchronized void count() { counter++; }

    public static void main(String[] words) throws Exception {
        Thread[] threads = new Thread[8];
        for (int i = 0; i < 8; i++) {
            threads[i] = new Thread(() -> { for (int n = 0; n < 1000; n++) count(); });
            threads[i].start();
        }
        for (Thread t : threads) t.join();
        System.out.println(counter);
        ExecutorService pool = Executors.newFixedThreadPool(4);
        int sum = 0;
        for (Future<Integer> f : pool.invokeAll(IntStream.range(0, 20).mapToObj(i -> (Callable<Integer>) () -> i * i).toList()))
            sum += f.get();
        pool.shutdown();
        System.out.println(sum);
        System.out.println(IntStream.range(0, 10000).parallel().mapToLong(i -> i).sum());
        try { Object o = null; o.hashCode(); } catch (NullPointerException e) { System.out.println("NPE"); }
        try { recurse(0); } catch (StackOverflowError e) { System.out.println("overflow"); }
        Process p = new ProcessBuilder("sh", "-c", "echo child; exit 4").start();
        System.out.print(new String(p.getInputStream().readAllBytes()));
        System.out.println(p.waitFor());
        System.gc();
        System.exit(7);
    }
    static int recurse(int n) { return recurse(n + 1) + 1; }
}
J
javac -J-XX:+UseSerialGC Main.java && java -XX:+UseG1GC -Xmx128m Main
echo $?
