#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

_Static_assert(sizeof(struct kt_peer) == sizeof(struct ucred), "the kernel's layout");
_Static_assert(offsetof(struct kt_peer, uid) == offsetof(struct ucred, uid), "the kernel's layout");
_Static_assert(offsetof(struct kt_peer, gid) == offsetof(struct ucred, gid), "the kernel's layout");

const int kt_so_peercred = SO_PEERCRED;

int kt_make_undumpable(void) {
    const struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0) return errno;
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return errno;
    return 0;
}
