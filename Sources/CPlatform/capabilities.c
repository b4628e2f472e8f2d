#define _GNU_SOURCE
#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int kt_keep_capabilities(uint64_t kept);

/* Gives up all capabilities but these, for the calling thread. Returns an errno. */
int kt_keep_capabilities(uint64_t kept) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[2] = {0};
    if (syscall(SYS_capget, &header, sets) != 0) return errno;
    int trouble = 0;
    for (unsigned long one = 0; one < 64 && prctl(PR_CAPBSET_READ, one, 0, 0, 0) >= 0; one++) {
        if (prctl(PR_CAPBSET_READ, one, 0, 0, 0) == 0 || (one < 32 && kept >> one & 1)) continue;
        /* Without CAP_SETPCAP it stays in the bounding set, but no_new_privs keeps it out of reach. */
        if (prctl(PR_CAPBSET_DROP, one, 0, 0, 0) != 0 && errno != EPERM) trouble = errno;
    }
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    int has_more = 0;
    for (int half = 0; half < 2; half++) {
        const uint32_t spare = ~(uint32_t)(kept >> 32 * half);
        has_more |= (sets[half].permitted & spare) != 0 || sets[half].inheritable != 0;
        has_more |= sets[half].effective != (sets[half].permitted & ~spare);
        sets[half].permitted &= (uint32_t)(kept >> 32 * half);
        sets[half].effective = sets[half].permitted;
        sets[half].inheritable = 0;
    }
    /* If there is nothing to drop, ignore capset(2): an outer filter may deny it. */
    if (has_more && syscall(SYS_capset, &header, sets) != 0) trouble = errno;
    return trouble;
}
