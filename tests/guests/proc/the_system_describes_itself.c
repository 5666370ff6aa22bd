#include "../guest.h"
#include <sys/utsname.h>
#include <sys/sysinfo.h>

static char text[65536];
static void slurp(const char *path) {
    int fd = open(path, O_RDONLY), n = read(fd, text, sizeof text - 1);
    close(fd);
    text[n < 0 ? 0 : n] = 0;
}
int main(void) {
    struct utsname u;
    uname(&u);
    slurp("/proc/version");
    say("version names the release %d", strstr(text, u.release) != 0);
    slurp("/proc/sys/kernel/osrelease");
    text[strcspn(text, "\n")] = 0;
    say("osrelease agrees %d", !strcmp(text, u.release));
    slurp("/proc/sys/kernel/ostype");
    say("%s", text);
    slurp("/proc/cpuinfo");
    int n = 0;
    for (char *at = text; (at = strstr(at, "processor\t")); at++)
        n++;
    say("processors agree %d", n == sysconf(_SC_NPROCESSORS_ONLN));
    say("sse2 %d", strstr(text, " sse2") != 0);
    unsigned a = 0, b, c, d;
    char vendor[13] = "";
    __asm__("cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d));
    memcpy(vendor, &b, 4), memcpy(vendor + 4, &d, 4), memcpy(vendor + 8, &c, 4);
    say("vendor agrees %d", strstr(text, vendor) != 0);
    a = 1, c = 0;
    __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    say("avx agrees %d", !!(c & 1 << 28) == !!strstr(text, " avx "));
    say("popcnt agrees %d", !!(c & 1 << 23) == !!strstr(text, " popcnt"));
    slurp("/proc/meminfo");
    say("MemTotal first %d", !strncmp(text, "MemTotal:", 9));
    slurp("/proc/uptime");
    say("uptime %d", atof(text) > 0);
    slurp("/proc/mounts");
    say("a root %d", strstr(text, " / ") != 0);
    slurp("/proc/filesystems");
    say("proc %d", strstr(text, "proc") != 0);
    slurp("/sys/devices/system/cpu/online");
    say("cpus %d", text[0] == '0');
    SAY(open("/proc/none", O_RDONLY));
    SAY(open("/proc/self/maps", O_RDWR));
    SAY(open("/proc/self/status", O_WRONLY));
    SAY(mkdir("/proc/x", 0700));
}
