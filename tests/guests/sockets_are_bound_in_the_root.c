// A socket's name is a path like others.
#include "show.h"
#include <sys/socket.h>
#include <sys/un.h>

int main(void) {
    struct sockaddr_un name = {AF_UNIX, "/name"}, got;
    socklen_t length = sizeof got;
    char text[16] = "";
    int server = socket(AF_UNIX, SOCK_DGRAM, 0), client = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (bind(server, (void *)&name, sizeof name) || getsockname(server, (void *)&got, &length))
        return perror("bind"), 1;
    printf("bound to %s\n", got.sun_path);
    if (sendto(client, "hel", 3, 0, (void *)&name, sizeof name) != 3)
        return perror("sendto"), 2;
    if (connect(client, (void *)&name, sizeof name) || write(client, "lo", 2) != 2)
        return perror("connect"), 3;
    read(server, text, 8);
    read(server, text + 3, 8);
    printf("received %s\n", text);
    return 0;
}
