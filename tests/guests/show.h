// SHOW(call) makes a call and prints its text, its result and, when it is -1, errno.
#ifndef SHOW_H
#define SHOW_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHOW(call)                                              \
    do {                                                        \
        errno = 0;                                              \
        long show_result = (long)(call);                        \
        if (show_result == -1)                                  \
            printf("%s = -1 errno %d\n", #call, errno);         \
        else                                                    \
            printf("%s = %ld\n", #call, show_result);           \
        fflush(stdout);                                         \
    } while (0)

// The same for a call whose result is an address or another number that differs from run to run.
#define SHOW_OK(call)                                           \
    do {                                                        \
        errno = 0;                                              \
        long show_result = (long)(call);                        \
        if (show_result == -1)                                  \
            printf("%s = -1 errno %d\n", #call, errno);         \
        else                                                    \
            printf("%s: ok\n", #call);                          \
        fflush(stdout);                                         \
    } while (0)

#endif
