/* Functions that Swift cannot call directly: they use structures that glibc hides, or variadic system calls. */
#ifndef CPLATFORM_H
#define CPLATFORM_H

#include <stddef.h>
#include <stdint.h>

#include "Confine.h"

/* The result of getsockopt(SOL_SOCKET, SO_PEERCRED): the process that connected, as the kernel recorded it at connect(2). */
struct kt_peer {
    int32_t pid;
    uint32_t uid;
    uint32_t gid;
};

/* The process that connected to this Unix socket. Returns 0, or -1 with errno. */
int kt_peer(int socket, struct kt_peer *peer);

/* The supplementary groups at connect(2). Returns their number, or -1 with errno. If there are more than `capacity`, none
   is stored. */
int kt_peer_groups(int socket, uint32_t *groups, uint32_t capacity);

/* A new pidfd for the process that connected, however long ago (Linux 6.5); else the negated errno. */
int kt_peer_pidfd(int socket);

/* A new pidfd for the process that has this pid now; else the negated errno. */
int kt_pidfd_open(int32_t pid);

/* Protects the process from ptrace, /proc/PID/mem and core dumps of its own user. Returns 0, or an errno. */
int kt_make_undumpable(void);

/* Runs a program in a session of its own that inherits nothing from this process: its input is the given descriptor, or
   /dev/null if that is -1; errors go to /dev/null; there is no other descriptor and no blocked or ignored signal. It is
   confined like kt_confine_program, as far as the kernel supports that. `output` becomes the non-blocking end of a pipe
   from its output. Returns 0, or an errno. */
int kt_spawn(
    const char *program, char *const arguments[], char *const environment[], const char *const closed[], int input,
    int32_t *pid, int *output);

/* Whether a program from kt_spawn has ended. If so, `status` is that of waitpid(2), and the rest of its process group is
   killed. The group is killed before the wait, because afterwards its ID may be reused. */
int kt_ended(int32_t pid, int *status);

/* Opens a regular file for reading: a descriptor, -1 with errno, or -2 for anything else. Other kinds are not opened, since
   opening a device or a pipe may have effects. The file that was checked is the one that is opened. */
int kt_open_regular(const char *path);

/* An in-memory file with these bytes, positioned at its start: a descriptor, or -1 with errno. */
int kt_memory_file(const void *bytes, size_t length);

/* Fills memory with the kernel's randomness through the system call: glibc's function may use a generator whose state is in
   this process. Returns 0, or an errno. */
int kt_random(void *bytes, size_t length);

/* The magic number of a path's file system (statfs(2)), or -1 with errno. */
int64_t kt_file_system(const char *path);

/* How many bytes of a TCP connection the other host has not confirmed yet, or -1 with errno. */
int kt_unsent(int socket);

/* Whether the wall clock is synchronised: 1 or 0; -1 where the kernel does not say. */
int kt_clock_is_kept(void);

/* Returns free heap memory to the kernel, and the pages of the program and its libraries, which are read again from their
   files when needed. Writable pages stay. */
void kt_give_memory_back(void);

/* Returns free heap memory to the kernel. */
void kt_give_heap_back(void);

/* Events of an epoll(7) set. KT_GONE: the other end is closed, or the descriptor is broken; it is always reported.
   KT_SHARED: if several sets wait for one descriptor, not all of them wake up (EPOLLEXCLUSIVE). */
enum { KT_READABLE = 1, KT_WRITABLE = 2, KT_GONE = 4, KT_SHARED = 8 };

struct kt_event {
    int32_t descriptor;
    uint32_t ready;
};

/* A new epoll set, and a non-blocking eventfd(2): descriptors, or -1 with errno. */
int kt_epoll_make(void);
int kt_eventfd_make(void);

/* Adds, changes or removes a descriptor of a set. Returns 0, or -1 with errno. */
int kt_epoll_add(int set, int descriptor, uint32_t wanted);
int kt_epoll_change(int set, int descriptor, uint32_t wanted);
int kt_epoll_remove(int set, int descriptor);

/* Waits for at most this many milliseconds; -1 for no limit. Returns the number of events; 0 after a signal. */
int kt_epoll_wait(int set, struct kt_event *events, int capacity, int milliseconds);

/* Accepts a connection that does not block and is not inherited: a descriptor, or -1 with errno. */
int kt_accept(int listener);

/* The commit that this program was built from, as scripts/package wrote it into the section `keyturn_commit`: at most
   63 bytes, empty if nothing was written. `to` has room for 64 bytes; the last one is zero. */
void kt_commit(char *to);

#endif
