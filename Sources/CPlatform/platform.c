#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

_Static_assert(sizeof(struct kt_peer) == sizeof(struct ucred), "the kernel's layout");
_Static_assert(offsetof(struct kt_peer, uid) == offsetof(struct ucred, uid), "the kernel's layout");
_Static_assert(sizeof(gid_t) == sizeof(uint32_t), "the kernel's layout");
_Static_assert(offsetof(struct kt_peer, gid) == offsetof(struct ucred, gid), "the kernel's layout");

/* Newer than the headers of some systems that this is built on. */
#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

int kt_peer(int socket, struct kt_peer *peer) {
    socklen_t length = sizeof *peer;
    return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, peer, &length);
}

int kt_peer_groups(int socket, uint32_t *groups, uint32_t capacity) {
    socklen_t length = capacity * (socklen_t)sizeof *groups;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups, &length) != 0 && errno != ERANGE) return -1;
    return (int)(length / sizeof *groups);
}

int kt_peer_pidfd(int socket) {
    int pidfd = -1;
    socklen_t length = sizeof pidfd;
    return getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &length) == 0 ? pidfd : -errno;
}

int kt_pidfd_open(int32_t pid) {
    const long pidfd = syscall(SYS_pidfd_open, pid, 0);
    return pidfd >= 0 ? (int)pidfd : -errno;
}

int kt_make_undumpable(void) {
    const struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0) return errno;
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return errno;
    return 0;
}
