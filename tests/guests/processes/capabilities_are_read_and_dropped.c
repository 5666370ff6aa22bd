#include "../guest.h"

#include <linux/capability.h>
int main(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    SAY(syscall(SYS_capget, &header, data));
    say("same as permitted %d", data[0].effective == data[0].permitted);
    data[0].effective = data[0].permitted = data[0].inheritable = 0;
    data[1].effective = data[1].permitted = data[1].inheritable = 0;
    SAY(syscall(SYS_capset, &header, data));
    SAY(syscall(SYS_capget, &header, data));
    say("effective %u", data[0].effective);
    SAY(sethostname("x", 1));
    data[0].effective = data[0].permitted = 1;
    SAY(syscall(SYS_capset, &header, data));
    header.version = 7;
    SAY(syscall(SYS_capget, &header, data));
    say("version %#x", header.version);
}
