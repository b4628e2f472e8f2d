/* What Swift cannot call itself: structures that glibc hides, and variadic system calls. */
#ifndef CPLATFORM_H
#define CPLATFORM_H

#include <stdint.h>

/* What getsockopt(SOL_SOCKET, SO_PEERCRED) fills in: who made the connection, as the kernel noted it at connect(2). */
struct kt_peer {
    int32_t pid;
    uint32_t uid;
    uint32_t gid;
};

extern const int kt_so_peercred;

/* Closes the process to ptrace, /proc/PID/mem and core dumps of its own user. Returns 0, or an errno. */
int kt_make_undumpable(void);

#endif
