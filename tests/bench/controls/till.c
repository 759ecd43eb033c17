/* What a till does with a scan, by a program that does nothing else: the limit. It blocks in read, checks nothing and
 * keeps nothing. Usage: till event SCANNER_FD SOCKET_FD | till searching SCANNER_FD DISPLAY_FD
 *                     | till card SCANNER_FD DISPLAY_FD PROVIDER_PORT */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 8192, COLUMNS = 20 };

/* "Ищем карту..." and "Здравствуйте!" in CP866 */
static const char SEARCHING[] = "\x88\xe9\xa5\xac \xaa\xa0\xe0\xe2\xe3...";
static const char WELCOME[] = "\x87\xa4\xe0\xa0\xa2\xe1\xe2\xa2\xe3\xa9\xe2\xa5!";

static void give_up(const char *why) {
    fprintf(stderr, "till: %s\n", why);
    exit(1);
}

static void send_all(int fd, const char *data, size_t length) {
    for (ssize_t sent; length; data += sent, length -= (size_t)sent)
        if ((sent = write(fd, data, length)) <= 0) give_up("a line hung up");
}

/* A code without its CR */
static void read_scan(int scanner, char *code) {
    for (size_t got = 0; got < MOST - 1;) {
        ssize_t now = read(scanner, code + got, MOST - 1 - got);
        if (now <= 0) exit(0); /* the bench is done with us */
        got += (size_t)now;
        if (code[got - 1] == '\r') {
            code[got - 1] = 0;
            return;
        }
    }
    give_up("a scan without end");
}

/* Two rows of a display that speaks Epson's commands */
static void show(int display, const char *upper, const char *lower) {
    char frame[2 * (COLUMNS + 4) + 1];
    int length = snprintf(frame, sizeof frame, "\x1f$\x01\x01%-*.*s\x1f$\x01\x02%-*.*s", COLUMNS, COLUMNS, upper,
                          COLUMNS, COLUMNS, lower);
    send_all(display, frame, (size_t)length);
}

static int connected(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (connect(fd, (struct sockaddr *)&address, sizeof address)) give_up("no provider");
    return fd;
}

/* The balance of a card, by one request on the connection that stays open */
static long balance(int provider, const char *code) {
    char request[MOST], reply[MOST + 1], body[64];
    int length = snprintf(body, sizeof body, "{\"card\":\"%.40s\"}", code);
    length = snprintf(request, sizeof request,
                      "POST /get-balance HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                      "Content-Length: %d\r\n\r\n%s", length, body);
    send_all(provider, request, (size_t)length);
    for (size_t got = 0; got < MOST;) {
        ssize_t now = read(provider, reply + got, MOST - got);
        if (now <= 0) give_up("the provider hung up");
        got += (size_t)now;
        reply[got] = 0;
        const char *end = strstr(reply, "\r\n\r\n"), *says = end ? strcasestr(reply, "content-length:") : NULL;
        if (!says || (size_t)(reply + got - end - 4) < (size_t)atol(says + 15)) continue;
        const char *points = strstr(end, "\"bonuses\":");
        if (!points) give_up(reply);
        return atol(points + 10);
    }
    give_up("a reply without end");
    return 0;
}

static void tell(int client, const char *code) {
    char text[MOST + 128];
    int length = snprintf(text, sizeof text, "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":"
                          "{\"topic\":\"scan\",\"data\":{\"device\":\"front\",\"data\":\"%s\"}}}\n", code);
    send_all(client, text, (size_t)length);
}

static void answer(int display, int provider, const char *code) {
    char text[64];
    show(display, SEARCHING, "");
    if (provider < 0) return;
    snprintf(text, sizeof text, "\x81\xa0\xab\xab\xae\xa2: %ld", balance(provider, code));
    show(display, WELCOME, text);
}

int main(int count, char **arguments) {
    char code[MOST];
    if (count < 4) return 2;
    const char *mode = arguments[1];
    int scanner = atoi(arguments[2]), out = atoi(arguments[3]);
    int provider = !strcmp(mode, "card") && count == 5 ? connected(atoi(arguments[4])) : -1;
    for (;;) {
        read_scan(scanner, code);
        if (!strcmp(mode, "event")) tell(out, code);
        else answer(out, provider, code);
    }
}
