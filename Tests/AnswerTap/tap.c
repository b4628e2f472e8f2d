// Shows a test what the daemon's connections say. Preloaded into keyturnd (LD_PRELOAD), it stands before the C library's
// calls on connections that were accepted, and sends a copy of what goes either way to the socket that ANSWER_TAP names:
// scripts/answers.d/answers.py reads it there, and holds it against schema/openapi.yaml. Nothing is written to a disk.

#define _GNU_SOURCE
#include "answer_tap.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#define MOST_FILES 65536
#define MOST_BYTES 65536
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

enum what { OPENED = 0, CAME = 1, LEFT = 2, CLOSED = 3 };
struct head {
    uint32_t what, descriptor;
};

static int tap = -1;
static bool is_tapped[MOST_FILES];

static void tell(enum what what, int descriptor, const void *bytes, size_t count) {
    if (tap < 0 || descriptor < 0 || descriptor >= MOST_FILES || !is_tapped[descriptor]) return;
    struct head head = {what, (uint32_t)descriptor};
    do {
        size_t part = count < MOST_BYTES ? count : MOST_BYTES;
        struct iovec parts[] = {{&head, sizeof head}, {(void *)bytes, part}};
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
        if (NEXT(sendmsg)(tap, &message, MSG_NOSIGNAL) < 0) return;
        bytes = (const char *)bytes + part;
        count -= part;
    } while (count > 0);
}

__attribute__((constructor)) static void begin(void) {
    char program[PATH_MAX] = {0};
    const char *path = getenv("ANSWER_TAP"), *state = getenv("KEYTURN_STATE_DIR");
    if (path == NULL || state == NULL || readlink("/proc/self/exe", program, sizeof program - 1) < 0) return;
    const char *name = strrchr(program, '/');
    if (name == NULL || strcmp(name, "/keyturnd") != 0) return;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    int made = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (made < 0) return;
    if (connect(made, (struct sockaddr *)&address, sizeof address) == 0) {
        // Out of the way of the numbers that the program itself would get.
        int high = fcntl(made, F_DUPFD_CLOEXEC, 900);
        if (high >= 0 && NEXT(send)(high, state, strlen(state), MSG_NOSIGNAL) > 0) tap = high;
    }
    NEXT(close)(made);
}

int accept4(int descriptor, struct sockaddr *restrict address, socklen_t *restrict size, int flags) {
    int accepted = NEXT(accept4)(descriptor, address, size, flags);
    if (accepted >= 0 && accepted < MOST_FILES) {
        is_tapped[accepted] = true;
        tell(OPENED, accepted, "", 0);
    }
    return accepted;
}

ssize_t recv(int descriptor, void *bytes, size_t count, int flags) {
    ssize_t came = NEXT(recv)(descriptor, bytes, count, flags);
    if (came > 0) tell(CAME, descriptor, bytes, (size_t)came);
    return came;
}

ssize_t send(int descriptor, const void *bytes, size_t count, int flags) {
    ssize_t left = NEXT(send)(descriptor, bytes, count, flags);
    if (left > 0) tell(LEFT, descriptor, bytes, (size_t)left);
    return left;
}

int close(int descriptor) {
    if (descriptor >= 0 && descriptor < MOST_FILES && is_tapped[descriptor]) {
        tell(CLOSED, descriptor, "", 0);
        is_tapped[descriptor] = false;
    }
    return NEXT(close)(descriptor);
}
