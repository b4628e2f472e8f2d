#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <link.h>
#include <malloc.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/vfs.h>
#include <unistd.h>

_Static_assert(sizeof(struct kt_peer) == sizeof(struct ucred), "the kernel's layout");
_Static_assert(offsetof(struct kt_peer, uid) == offsetof(struct ucred, uid), "the kernel's layout");
_Static_assert(sizeof(gid_t) == sizeof(uint32_t), "the kernel's layout");
_Static_assert(offsetof(struct kt_peer, gid) == offsetof(struct ucred, gid), "the kernel's layout");

/* Newer than the headers of some build systems. */
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

int kt_open_regular(const char *path) {
    const int place = open(path, O_PATH | O_CLOEXEC);
    if (place < 0) return -1;
    struct stat found;
    char name[32];
    snprintf(name, sizeof name, "/proc/self/fd/%d", place);
    const int file = fstat(place, &found) != 0 ? -1
        : !S_ISREG(found.st_mode)              ? -2
                                               : open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const int reason = errno;
    close(place);
    errno = reason;
    return file;
}

int kt_memory_file(const void *bytes, size_t length) {
    const int file = memfd_create("input", MFD_CLOEXEC);
    if (file < 0) return -1;
    for (size_t done = 0; done < length;) {
        const ssize_t count = write(file, (const char *)bytes + done, length - done);
        if (count <= 0) {
            const int reason = errno;
            close(file);
            errno = reason;
            return -1;
        }
        done += (size_t)count;
    }
    lseek(file, 0, SEEK_SET);
    return file;
}

int kt_random(void *bytes, size_t length) {
    for (size_t done = 0; done < length;) {
        const long count = syscall(SYS_getrandom, (char *)bytes + done, length - done, 0);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return errno ? errno : EIO;
        done += (size_t)count;
    }
    return 0;
}

int64_t kt_file_system(const char *path) {
    struct statfs system;
    if (statfs(path, &system) != 0) return -1;
    return (int64_t)(uint32_t)system.f_type;
}

int kt_unsent(int socket) {
    int count = 0;
    return ioctl(socket, SIOCOUTQ, &count) == 0 ? count : -1;
}

int kt_clock_is_kept(void) {
    struct timex state = {0};
    if (adjtimex(&state) < 0) return -1;
    return (state.status & STA_UNSYNC) == 0;
}

static int give_back(struct dl_phdr_info *object, size_t size, void *unused) {
    (void)size;
    (void)unused;
    /* The kernel's own object has no file. */
    if (strncmp(object->dlpi_name, "linux-vdso", 10) == 0) return 0;
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W)) continue;
        const uintptr_t start = object->dlpi_addr + segment->p_vaddr;
        const uintptr_t aligned = start & ~(page - 1);
        madvise((void *)aligned, start + segment->p_memsz - aligned, MADV_DONTNEED);
    }
    return 0;
}

void kt_give_heap_back(void) { malloc_trim(0); }

void kt_give_memory_back(void) {
    malloc_trim(0);
    dl_iterate_phdr(give_back, NULL);
}

/* Filled in after linking, so that a new commit rebuilds nothing. Volatile, or the compiler would assume that it is empty. */
static const volatile char commit[64] __attribute__((section("keyturn_commit"), used)) = {0};

void kt_commit(char *to) {
    for (size_t at = 0; at < sizeof commit; at++) to[at] = commit[at];
    to[sizeof commit - 1] = '\0';
}

int kt_epoll_make(void) { return epoll_create1(EPOLL_CLOEXEC); }

int kt_eventfd_make(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

static int epoll_set(int set, int operation, int descriptor, uint32_t wanted)
{
    struct epoll_event event = {.data.fd = descriptor};
    if (wanted & KT_READABLE) event.events |= EPOLLIN;
    if (wanted & KT_WRITABLE) event.events |= EPOLLOUT;
    if (wanted & KT_SHARED) event.events |= EPOLLEXCLUSIVE;
    return epoll_ctl(set, operation, descriptor, &event);
}

int kt_epoll_add(int set, int descriptor, uint32_t wanted) { return epoll_set(set, EPOLL_CTL_ADD, descriptor, wanted); }

int kt_epoll_change(int set, int descriptor, uint32_t wanted)
{
    return epoll_set(set, EPOLL_CTL_MOD, descriptor, wanted);
}

int kt_epoll_remove(int set, int descriptor) { return epoll_set(set, EPOLL_CTL_DEL, descriptor, 0); }

int kt_epoll_wait(int set, struct kt_event *events, int capacity, int milliseconds)
{
    struct epoll_event found[256];
    int count = epoll_wait(set, found, capacity < 256 ? capacity : 256, milliseconds);
    for (int index = 0; index < count; index++) {
        uint32_t ready = 0;
        if (found[index].events & EPOLLIN) ready |= KT_READABLE;
        if (found[index].events & EPOLLOUT) ready |= KT_WRITABLE;
        if (found[index].events & (EPOLLHUP | EPOLLERR)) ready |= KT_GONE;
        events[index] = (struct kt_event){.descriptor = found[index].data.fd, .ready = ready};
    }
    return count < 0 ? 0 : count;
}

int kt_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC); }
