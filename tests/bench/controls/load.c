/* Clients that ask again as soon as they are answered. Usage: load PATH CLIENTS SECONDS REQUEST_FILE line|http
 * A reply ends with a newline, or as Content-Length says. Prints "p50_us p99_us per_second". */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 65536, MOST_CLIENTS = 4096, MOST_TIMES = 8 << 20 };

struct client {
    int fd;
    double asked;
    size_t got;
    char reply[MOST];
};

static char request[MOST];
static size_t request_length;
static int is_http;
static float *times;
static size_t answered;

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void give_up(const char *why) {
    fprintf(stderr, "load: %s\n", why);
    exit(1);
}

static void ask(struct client *client) {
    client->asked = now();
    client->got = 0;
    if (write(client->fd, request, request_length) != (ssize_t)request_length) give_up("the server does not read");
}

static int is_whole(const struct client *client) {
    if (!is_http) return client->reply[client->got - 1] == '\n';
    const char *body = memmem(client->reply, client->got, "\r\n\r\n", 4);
    const char *length = body ? strcasestr(client->reply, "content-length:") : NULL;
    return length && (size_t)(client->reply + client->got - body - 4) >= (size_t)atol(length + 15);
}

/* 1 when it was answered and has asked again */
static int take(struct client *client) {
    ssize_t got = read(client->fd, client->reply + client->got, MOST - 1 - client->got);
    if (got <= 0) give_up("the server hung up");
    client->got += (size_t)got;
    client->reply[client->got] = 0;
    if (!is_whole(client)) return 0;
    if (!answered && (strstr(client->reply, "\"error\"") || (is_http && !strstr(client->reply, " 200 "))))
        give_up(client->reply);
    if (answered < MOST_TIMES) times[answered] = (float)((now() - client->asked) * 1e6);
    answered++;
    ask(client);
    return 1;
}

static int by_size(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

int main(int count, char **arguments) {
    static struct client clients[MOST_CLIENTS];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct epoll_event event = {.events = EPOLLIN}, ready[256];
    int epoll = epoll_create1(0), number = count == 6 ? atoi(arguments[2]) : 0;
    if (number < 1 || number > MOST_CLIENTS || strlen(arguments[1]) >= sizeof address.sun_path) return 2;
    FILE *file = fopen(arguments[4], "rb");
    if (!file) give_up("no request");
    request_length = fread(request, 1, MOST, file);
    is_http = !strcmp(arguments[5], "http");
    times = malloc(MOST_TIMES * sizeof *times);
    strcpy(address.sun_path, arguments[1]);
    for (int i = 0; i < number; i++) {
        clients[i].fd = socket(AF_UNIX, SOCK_STREAM, 0);
        if (connect(clients[i].fd, (struct sockaddr *)&address, sizeof address)) give_up("no server");
        event.data.ptr = &clients[i];
        epoll_ctl(epoll, EPOLL_CTL_ADD, clients[i].fd, &event);
    }
    double begun = now(), ends = begun + atof(arguments[3]);
    for (int i = 0; i < number; i++) ask(&clients[i]);
    while (now() < ends) {
        if (number == 1) { /* a single client waits as a cash program does: in read */
            take(&clients[0]);
            continue;
        }
        int found = epoll_wait(epoll, ready, 256, 1000);
        for (int i = 0; i < found; i++) take(ready[i].data.ptr);
    }
    double rate = (double)answered / (now() - begun);
    size_t kept = answered < MOST_TIMES ? answered : MOST_TIMES;
    if (!kept) give_up("no answer");
    qsort(times, kept, sizeof *times, by_size);
    printf("%.3f %.3f %.1f\n", (double)times[kept / 2], (double)times[kept * 99 / 100], rate);
    return 0;
}
