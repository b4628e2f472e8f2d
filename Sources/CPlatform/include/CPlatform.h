/* What Swift cannot call itself: structures that glibc hides, and variadic system calls. */
#ifndef CPLATFORM_H
#define CPLATFORM_H

#include <stddef.h>
#include <stdint.h>

#include "Confine.h"

/* What getsockopt(SOL_SOCKET, SO_PEERCRED) fills in: who made the connection, as the kernel noted it at connect(2). */
struct kt_peer {
    int32_t pid;
    uint32_t uid;
    uint32_t gid;
};

/* Who connected to this Unix socket. Returns 0, or -1 with errno. */
int kt_peer(int socket, struct kt_peer *peer);

/* The supplementary groups at connect(2): how many there are, or -1 with errno.
   With more than `capacity`, none is stored. */
int kt_peer_groups(int socket, uint32_t *groups, uint32_t capacity);

/* A new pidfd for the very process that connected, however long ago that was (Linux 6.5); else the negated errno. */
int kt_peer_pidfd(int socket);

/* A new pidfd for the process that has this number now; else the negated errno. */
int kt_pidfd_open(int32_t pid);

/* Closes the process to ptrace, /proc/PID/mem and core dumps of its own user. Returns 0, or an errno. */
int kt_make_undumpable(void);

/* Runs a program in a session of its own, with nothing of this process's: for input what is given, or /dev/null when that
   is -1, /dev/null for errors, no other descriptor, no blocked or ignored signal, and confined as kt_confine_program says, as far as
   the kernel does that. `output` becomes the end of a pipe from its output, which does not block.
   Returns 0, or an errno. */
int kt_spawn(
    const char *program, char *const arguments[], char *const environment[], const char *const closed[], int input,
    int32_t *pid, int *output);

/* Whether a program that was run so has ended; `status` is then as of waitpid(2), and what it left running of its group is
   killed. Before it is waited for: from then on its number may be another group's. */
int kt_ended(int32_t pid, int *status);

/* Opens a regular file for reading: a descriptor, -1 with errno, or -2 for what is no regular file. That is not opened, since
   to open a device or a pipe can be to do something; and what was looked at is what is opened. */
int kt_open_regular(const char *path);

/* A file in memory that holds these bytes, to be read from its beginning: a descriptor, or -1 with errno. */
int kt_memory_file(const void *bytes, size_t length);

/* Fills memory with the kernel's randomness, by the system call itself: glibc's function may draw from a generator that is
   kept in this process. Returns 0, or an errno. */
int kt_random(void *bytes, size_t length);

/* The magic number of the file system that a path is on (statfs(2)), or -1 with errno. */
int64_t kt_file_system(const char *path);

/* Whether something keeps the wall clock right: 1 or 0; -1 where the kernel does not say. */
int kt_clock_is_kept(void);

/* Gives back to the kernel what is free of the heap, and the pages of program and libraries, which it reads again from
   their files when they are needed. Pages that could have been written to stay. */
void kt_give_memory_back(void);

/* Gives back to the kernel what is free of the heap. */
void kt_give_heap_back(void);

/* What an epoll(7) set reports of a descriptor. KT_GONE: the other end is closed, or the descriptor is broken; it is always
   reported. KT_SHARED: of several sets that wait for one descriptor, not all are woken (EPOLLEXCLUSIVE). */
enum { KT_READABLE = 1, KT_WRITABLE = 2, KT_GONE = 4, KT_SHARED = 8 };

struct kt_event {
    int32_t descriptor;
    uint32_t ready;
};

/* A new epoll set, and an eventfd(2) that does not block: descriptors, or -1 with errno. */
int kt_epoll_make(void);
int kt_eventfd_make(void);

/* Has the set report a descriptor, for the first time or otherwise than before; 0, or -1 with errno. */
int kt_epoll_add(int set, int descriptor, uint32_t wanted);
int kt_epoll_change(int set, int descriptor, uint32_t wanted);
int kt_epoll_remove(int set, int descriptor);

/* Waits for at most so many milliseconds, for ever with -1. Returns how many events there are; none when a signal came
   first. */
int kt_epoll_wait(int set, struct kt_event *events, int capacity, int milliseconds);

/* Accepts a connection that neither blocks nor is inherited: a descriptor, or -1 with errno. */
int kt_accept(int listener);

/* The commit that this program was built from, as scripts/package wrote it into the program's section `keyturn_commit`:
   at most 63 bytes, empty where nothing was written. `to` takes 64 bytes, the last of them a zero. */
void kt_commit(char *to);

#endif
