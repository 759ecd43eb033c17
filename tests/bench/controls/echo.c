/* The limit for a server on a Unix socket: epoll, and what came in goes out again. Usage: echo PATH */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { MOST = 65536 };

static void echo(int fd) {
    static char data[MOST];
    ssize_t got = read(fd, data, MOST);
    if (got <= 0) {
        close(fd);
        return;
    }
    for (ssize_t sent = 0; sent < got;) {
        ssize_t now = write(fd, data + sent, (size_t)(got - sent));
        if (now < 0 && errno != EAGAIN) {
            close(fd);
            return;
        }
        sent += now > 0 ? now : 0;
    }
}

int main(int count, char **arguments) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct epoll_event event = {.events = EPOLLIN}, ready[256];
    signal(SIGPIPE, SIG_IGN); /* clients leave with an answer under way */
    int listening = socket(AF_UNIX, SOCK_STREAM, 0), epoll = epoll_create1(0);
    if (count != 2 || strlen(arguments[1]) >= sizeof address.sun_path) return 2;
    strcpy(address.sun_path, arguments[1]);
    if (bind(listening, (struct sockaddr *)&address, sizeof address) || listen(listening, 4096)) return 1;
    event.data.fd = listening;
    epoll_ctl(epoll, EPOLL_CTL_ADD, listening, &event);
    for (;;) {
        int found = epoll_wait(epoll, ready, 256, -1);
        for (int i = 0; i < found; i++) {
            if (ready[i].data.fd != listening) {
                echo(ready[i].data.fd);
                continue;
            }
            event.data.fd = accept(listening, NULL, NULL);
            epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd, &event);
        }
    }
}
