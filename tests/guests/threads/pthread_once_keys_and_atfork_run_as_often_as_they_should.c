#include "../guest.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static _Atomic int initialised, destroyed;

static void init(void) {
    initialised++;
    nap(5);
}

static void destroy(void *value) {
    destroyed += (long)value;
}

static void *work(void *argument) {
    pthread_once(&once, init);
    pthread_setspecific(key, argument);
    return 0;
}

static void before(void) { say("prepare"); }
static void in_parent(void) { say("parent"); }
static void in_child(void) {}

int main(void) {
    pthread_key_create(&key, destroy);
    pthread_t threads[10];
    for (long i = 0; i < 10; i++)
        pthread_create(&threads[i], 0, work, (void *)(i + 1));
    for (int i = 0; i < 10; i++)
        pthread_join(threads[i], 0);
    say("initialised %d destroyed %d", initialised, destroyed);
    pthread_atfork(before, in_parent, in_child);
    int ends[2];
    if (pipe(ends))
        die("pipe");
    pid_t child = fork();
    if (!child) {
        close(ends[1]);
        char c;
        if (read(ends[0], &c, 1))
            die("read");
        _exit(0);
    }
    (void)child;
    close(ends[1]);
    waitpid(child, 0, 0);
}
