/* The limit for whoever stands between a scanner and the cash program: what comes in goes out. Usage: relay IN OUT */
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

int main(int count, char **arguments) {
    static char data[65536];
    if (count != 3) return 2;
    struct pollfd in = {.fd = atoi(arguments[1]), .events = POLLIN};
    int out = atoi(arguments[2]);
    for (;;) {
        if (poll(&in, 1, -1) < 0) return 1;
        ssize_t got = read(in.fd, data, sizeof data);
        if (got <= 0) return 0;
        for (ssize_t sent = 0, now; sent < got; sent += now)
            if ((now = write(out, data + sent, (size_t)(got - sent))) < 0) return 1;
    }
}
