#include "../guest.h"
#include <sys/ioctl.h>
#include <net/if.h>
#include <netinet/in.h>

int main(void) {
    struct sockaddr_in a = {AF_INET, 0, {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof a;
    int s = socket(AF_INET, SOCK_STREAM, 0), c = socket(AF_INET, SOCK_STREAM, 0), v = 0;
    bind(s, (void *)&a, n);
    getsockname(s, (void *)&a, &n);
    listen(s, 1);
    connect(c, (void *)&a, n);
    int p = accept(s, 0, 0);
    char text[8] = "";
    SAY(send(c, "ab!", 3, MSG_OOB));
    nap(20);
    SAY(recv(p, text, 8, MSG_OOB));
    say("%s", text);
    SAY(ioctl(p, FIONREAD, &v));
    say("%d", v);
    SAY(recv(p, text, 8, 0));
    SAY(sockatmark(p));
    v = 1;
    SAY(ioctl(p, FIONBIO, &v));
    SAY(recv(p, text, 8, 0));
    SAY(ioctl(p, FIONREAD, (void *)1));
    struct ifreq i = {"lo"};
    SAY(ioctl(p, SIOCGIFFLAGS, &i));
    say("loopback %d up %d", !!(i.ifr_flags & IFF_LOOPBACK), !!(i.ifr_flags & IFF_UP));
    SAY(ioctl(p, SIOCGIFINDEX, &i));
    struct ifreq all[16];
    struct ifconf conf = {.ifc_len = sizeof all, .ifc_req = all};
    SAY(ioctl(p, SIOCGIFCONF, &conf));
    say("some %d whole %d", conf.ifc_len > 0, conf.ifc_len % (int)sizeof *all);
    strcpy(i.ifr_name, "nonesuch");
    SAY(ioctl(p, SIOCGIFFLAGS, &i));
    SAY(ioctl(p, SIOCGIFFLAGS, (void *)1));
}
