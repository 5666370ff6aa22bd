// io_setup, io_submit, io_getevents, io_cancel and io_destroy, as libaio uses them.
#include <linux/aio_abi.h>
#include <sys/eventfd.h>
#include <sys/uio.h>

#include "../guest.h"

static long setup(unsigned n, aio_context_t *c) { return syscall(SYS_io_setup, n, c); }
static long submit(aio_context_t c, long n, struct iocb **list) { return syscall(SYS_io_submit, c, n, list); }
static long events(aio_context_t c, long least, long most, struct io_event *e, struct timespec *t) {
    return syscall(SYS_io_getevents, c, least, most, e, t);
}

static int by_data(const void *a, const void *b) {
    return (int)((struct io_event *)a)->data - (int)((struct io_event *)b)->data;
}

int main(void) {
    aio_context_t context = 0, other = 7;
    SAY(setup(0, &context));
    SAY(setup(8, &other));
    SAY(setup(8, (void *)16));
    SAY(setup(8, &context));
    int fd = open("file", O_RDWR | O_CREAT, 0600), event = eventfd(0, 0);
    static char text[4][16] = {"first   ", "second  ", "third   "}, back[32];
    struct iovec parts[2] = {{text[0], 8}, {text[1], 8}};
    struct iocb blocks[6] = {
        {.aio_data = 1, .aio_lio_opcode = IOCB_CMD_PWRITE, .aio_fildes = fd, .aio_buf = (long)text[2], .aio_nbytes = 8,
         .aio_offset = 16, .aio_flags = IOCB_FLAG_RESFD, .aio_resfd = event},
        {.aio_data = 2, .aio_lio_opcode = IOCB_CMD_PWRITEV, .aio_fildes = fd, .aio_buf = (long)parts, .aio_nbytes = 2},
    };
    struct iocb *list[] = {blocks, blocks + 1};
    SAY(submit(context, 2, list));
    struct io_event done[8];
    long count = 0;
    while (count < 2) count += events(context, 1, 8, done + count, 0);
    qsort(done, 2, sizeof *done, by_data);
    for (int i = 0; i < 2; i++)
        say("event %d: block %d result %d", (int)done[i].data, done[i].obj == (unsigned long)(blocks + i), (int)done[i].res);
    say("buffers as before: %d %d", blocks[0].aio_buf == (unsigned long)text[2], blocks[1].aio_buf == (unsigned long)parts);
    long value = 0;
    SAY(read(event, &value, 8));
    say("eventfd %ld", value);

    blocks[2] = (struct iocb){.aio_data = 3, .aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = fd, .aio_buf = (long)back,
                              .aio_nbytes = 24};
    list[0] = blocks + 2;
    SAY(submit(context, 1, list));
    SAY(events(context, 1, 1, done, 0));
    say("read %d: %.24s|", (int)done[0].res, back);

    blocks[3] = blocks[2];
    blocks[3].aio_fildes = 99;
    list[0] = blocks + 2, list[1] = blocks + 3;
    SAY(submit(context, 2, list));  // the first is taken, the second not
    SAY(events(context, 1, 1, done, 0));
    list[0] = blocks + 3;
    SAY(submit(context, 1, list));
    blocks[3] = blocks[2];
    blocks[3].aio_lio_opcode = 77;
    SAY(submit(context, 1, list));
    list[0] = (void *)16;
    SAY(submit(context, 1, list));
    SAY(submit(context, 0, list));
    SAY(submit(context, -1, list));
    SAY(submit(context + 4096, 1, list));
    blocks[3] = blocks[2];
    blocks[3].aio_buf = 16;
    list[0] = blocks + 3;
    long taken = submit(context, 1, list);
    if (taken == 1) {
        events(context, 1, 1, done, 0);
        say("a bad buffer %d", (int)done[0].res);
    } else
        say("a bad buffer %d", -errno);

    int ends[2];
    pipe(ends);
    blocks[4] = (struct iocb){.aio_data = 5, .aio_lio_opcode = IOCB_CMD_POLL, .aio_fildes = ends[0], .aio_buf = POLLIN};
    list[0] = blocks + 4;
    SAY(submit(context, 1, list));
    struct timespec moment = {.tv_nsec = 1000000};
    SAY(events(context, 1, 1, done, &moment));
    write(ends[1], "x", 1);
    SAY(events(context, 1, 1, done, 0));
    say("polled %d %d", (int)done[0].data, (int)done[0].res & POLLIN);
    SAY(syscall(SYS_io_cancel, context, blocks + 4, done));
    SAY(events(context, 0, 1, (void *)16, &moment));
    SAY(syscall(SYS_io_pgetevents, context, 0, 1, done, &moment, 0));

    pid_t child = fork();
    if (!child) {
        say("in a child: %s", result(events(context, 0, 1, done, &moment)));
        _exit(0);
    }
    waitpid(child, 0, 0);
    SAY(syscall(SYS_io_destroy, context));
    SAY(syscall(SYS_io_destroy, context));
    SAY(events(context, 0, 1, done, &moment));
    return 0;
}
