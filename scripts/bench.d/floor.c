// The least that a server on a Unix socket can do: read to the end of a request's head, write the bytes of a file. No
// parsing, no identity, no decision, no timeout. Its time is the cost of the hardware and the kernel.
//
//   floor SOCKET ANSWER-FILE WORKERS
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { MOST = 65536 };
static unsigned char seen[MOST];  // by descriptor: how many bytes of the empty line came so far

static int fail(const char *what) {
    perror(what);
    return 1;
}

int main(int argc, char **argv) {
    static char answer[65536], request[16384];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (argc != 4 || strlen(argv[1]) >= sizeof address.sun_path) return fputs("floor SOCKET ANSWER-FILE WORKERS\n", stderr), 1;
    int file = open(argv[2], O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? -1 : read(file, answer, sizeof answer);
    if (length <= 0) return fail(argv[2]);
    strcpy(address.sun_path, argv[1]);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1024)) return fail(argv[1]);
    // Each worker is a process that accepts on its own, and ends with the first one.
    for (int others = atoi(argv[3]) - 1; others > 0; others--) {
        if (fork()) continue;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        break;
    }
    int polled = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.fd = listener};
    if (epoll_ctl(polled, EPOLL_CTL_ADD, listener, &event)) return fail("epoll_ctl");
    event.events = EPOLLIN;
    for (;;) {
        struct epoll_event events[256];
        int ready = epoll_wait(polled, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            int descriptor = events[i].data.fd;
            if (descriptor == listener) {
                while ((descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
                    event.data.fd = descriptor;
                    if (descriptor >= MOST || epoll_ctl(polled, EPOLL_CTL_ADD, descriptor, &event)) close(descriptor);
                    else seen[descriptor] = 0;
                }
                continue;
            }
            ssize_t got = recv(descriptor, request, sizeof request, 0);
            if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
            if (got <= 0) {
                close(descriptor);
                continue;
            }
            for (ssize_t at = 0; at < got; at++) {
                unsigned char state = seen[descriptor];
                seen[descriptor] = request[at] == "\r\n\r\n"[state] ? state + 1 : request[at] == '\r';
                if (seen[descriptor] < 4) continue;
                seen[descriptor] = 0;
                // A client that does not read its answer is dropped.
                if (send(descriptor, answer, (size_t)length, MSG_NOSIGNAL) != length) {
                    close(descriptor);
                    break;
                }
            }
        }
    }
}
