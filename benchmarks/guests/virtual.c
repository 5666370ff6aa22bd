// Calls through tables of functions, as C++ makes for virtual methods.
#include <stdio.h>
#include <stdlib.h>

struct Shape;
struct Methods { long (*area)(const struct Shape *); void (*grow)(struct Shape *, long); };
struct Shape { const struct Methods *methods; long a, b; };

static long box_area(const struct Shape *s) { return s->a * s->b; }
static long line_area(const struct Shape *s) { return s->a; }
static long ring_area(const struct Shape *s) { return (s->a ^ s->b) & 1023; }
static void grow_first(struct Shape *s, long n) { s->a = (s->a + n) & 1023; }
static void grow_both(struct Shape *s, long n) { s->a = (s->a + n) & 511; s->b = (s->b ^ n) & 511; }

static const struct Methods box = {box_area, grow_both}, line = {line_area, grow_first}, ring = {ring_area, grow_both};

int main(int argc, char **argv) {
    long rounds = argc > 1 ? atol(argv[1]) : 200000, total = 0;
    struct Shape shapes[32];
    const struct Methods *kinds[] = {&box, &line, &ring};
    for (int i = 0; i < 32; i++) shapes[i] = (struct Shape){kinds[(i * i + i / 5) % 3], i, 2 * i + 1};
    for (long round = 0; round < rounds; round++)
        for (int i = 0; i < 32; i++) {
            shapes[i].methods->grow(&shapes[i], round & 7);
            total += shapes[i].methods->area(&shapes[i]);
        }
    printf("%ld\n", total);
    return 0;
}
