/* Scans as fast as told, and listens for what comes of each. Usage: scan SCANNER_FD EAR_FD PAUSE_US WITHIN_MS < SCRIPT
 * A line of the script: what is scanned and what must be heard of it, in hex; "-": write it and listen for nothing.
 * Prints a line for each that something must be heard of: how long that took in us, or -1: nothing came. */
#define _GNU_SOURCE
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 1 << 16, MOST_HEX = 1 << 12 };

static char heard[MOST];

static double now_us(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

static void give_up(const char *why) {
    fprintf(stderr, "scan: %s\n", why);
    exit(1);
}

static size_t unhexed(const char *hex, char *bytes) {
    size_t length = strlen(hex) / 2;
    for (size_t i = 0; i < length; i++) {
        char pair[] = {hex[2 * i], hex[2 * i + 1], 0};
        bytes[i] = (char)strtol(pair, NULL, 16);
    }
    return length;
}

/* 1 when there is something to read by then */
static int is_heard_by(int ear, double until_us) {
    double left_us = until_us - now_us();
    struct pollfd polled = {.fd = ear, .events = POLLIN};
    struct timespec left = {(time_t)(left_us / 1e6), (long)(left_us - 1e6 * (double)(time_t)(left_us / 1e6)) * 1000};
    return left_us > 0 && ppoll(&polled, 1, &left, NULL) > 0;
}

/* What came of the scan before must not be taken for this one's */
static void pause_and_forget(int ear, double pause_us) {
    double until = now_us() + pause_us * (0.5 + (double)rand() / RAND_MAX);
    while (is_heard_by(ear, until))
        if (read(ear, heard, MOST) <= 0) give_up("the other end hung up");
}

static double took_us(int ear, double begun, const char *marker, size_t length, double within_us) {
    for (size_t got = 0; got < MOST;) {
        if (!is_heard_by(ear, begun + within_us)) return -1;
        ssize_t now = read(ear, heard + got, MOST - got);
        if (now <= 0) give_up("the other end hung up");
        got += (size_t)now;
        if (memmem(heard, got, marker, length)) return now_us() - begun;
    }
    give_up("it talks without end");
    return -1;
}

int main(int count, char **arguments) {
    char scan_hex[MOST_HEX], marker_hex[MOST_HEX], scan[MOST_HEX], marker[MOST_HEX];
    if (count != 5) return 2;
    int scanner = atoi(arguments[1]), ear = atoi(arguments[2]);
    double pause_us = atof(arguments[3]), within_us = atof(arguments[4]) * 1e3;
    while (scanf("%4095s %4095s", scan_hex, marker_hex) == 2) {
        size_t length = unhexed(scan_hex, scan);
        pause_and_forget(ear, pause_us);
        double begun = now_us();
        if (write(scanner, scan, length) != (ssize_t)length) give_up("the scanner's line is full");
        if (strcmp(marker_hex, "-")) {
            size_t wanted = unhexed(marker_hex, marker);
            printf("%.2f\n", took_us(ear, begun, marker, wanted, within_us));
        }
    }
    return 0;
}
