/* A loyalty provider on loopback: each card's balance is made of its number. Usage: provider DELAY_US. Prints its port.
 * It answers every request alike, with what MAXMA's lookups and reckonings have in theirs. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 1 << 16, MOST_CLIENTS = 64 };

static const char NOTHING_OFF[] = "\"totalDiscount\":0,\"discounts\":{\"auto\":0,\"manual\":0,\"bonuses\":0}";

struct client {
    size_t got;
    char request[MOST + 1];
};

static struct client clients[MOST_CLIENTS];
static struct pollfd polled[MOST_CLIENTS + 1];
static int number, delay_us;

/* The number in {"card":"..."}; empty where a request names none */
static void read_card(const char *body, char card[41]) {
    const char *named = strstr(body, "\"card\":");
    if (!named || sscanf(named + 7, " \"%40[^\"]", card) != 1) card[0] = 0;
}

static void answer(int fd, const char *body) {
    char card[41], text[1024], reply[2048];
    read_card(body, card);
    /* 2900 and eight digits: the last five of them are the points, and 10000 more */
    long points = 10000 + (strlen(card) == 13 ? atol(card + 7) / 10 : 0);
    int length = snprintf(text, sizeof text,
                          "{\"client\":{\"cardString\":\"%s\",\"bonuses\":%ld,\"pendingBonuses\":0,\"fullName\":\"A B\"},"
                          "\"bonuses\":[],\"level\":{\"name\":\"Gold\"},\"calculationResult\":{\"rows\":[{%s}],"
                          "\"summary\":{%s},\"bonuses\":{\"applied\":0,\"collected\":19,\"maxToApply\":300}}}",
                          card, points, NOTHING_OFF, NOTHING_OFF);
    length = snprintf(reply, sizeof reply,
                      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", length, text);
    if (delay_us) usleep((useconds_t)delay_us);
    if (write(fd, reply, (size_t)length) != length) shutdown(fd, SHUT_RDWR); /* the next read tells */
}

static void hang_up(int i) {
    close(polled[i].fd);
    number--;
    polled[i] = polled[number + 1];
    clients[i - 1] = clients[number];
}

static void serve(int i) {
    struct client *client = &clients[i - 1];
    ssize_t now = read(polled[i].fd, client->request + client->got, MOST - client->got);
    if (now <= 0) {
        hang_up(i);
        return;
    }
    client->got += (size_t)now;
    client->request[client->got] = 0;
    const char *end = strstr(client->request, "\r\n\r\n"), *says = strcasestr(client->request, "content-length:");
    size_t wanted = end && says && says < end ? (size_t)atol(says + 15) : 0;
    if (!end || (size_t)(client->request + client->got - end - 4) < wanted) return;
    client->got = 0;
    answer(polled[i].fd, end + 4);
}

static void let_in(void) {
    int fd = accept(polled[0].fd, NULL, NULL), yes = 1;
    if (fd < 0 || number == MOST_CLIENTS) exit(1);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    clients[number].got = 0;
    polled[++number] = (struct pollfd){.fd = fd, .events = POLLIN};
}

int main(int count, char **arguments) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    int listening = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (count != 2) return 2;
    delay_us = atoi(arguments[1]);
    signal(SIGPIPE, SIG_IGN);
    if (bind(listening, (struct sockaddr *)&address, length) || listen(listening, MOST_CLIENTS)) return 1;
    getsockname(listening, (struct sockaddr *)&address, &length);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    polled[0] = (struct pollfd){.fd = listening, .events = POLLIN};
    for (;;) {
        poll(polled, (nfds_t)number + 1, -1);
        for (int i = number; i > 0; i--)
            if (polled[i].revents) serve(i);
        if (polled[0].revents) let_in();
    }
}
