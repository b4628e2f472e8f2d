#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Landlock, landlock(7). Its header is newer than some build systems; the numbers are the same on all architectures. */
enum { KT_CREATE_RULESET = 444, KT_ADD_RULE = 445, KT_RESTRICT_SELF = 446 };
enum { KT_VERSION = 1, KT_PATH_BENEATH = 1, KT_SIGNALS = 1 << 1 };

struct ruleset {
    uint64_t files;
    uint64_t network;
    uint64_t scoped;
};

struct beneath {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

enum {
    KT_WRITE = 1 << 1,
    KT_REMOVE_DIRECTORY = 1 << 4,
    KT_REMOVE_FILE = 1 << 5,
    KT_MAKE_CHARACTER_DEVICE = 1 << 6,
    KT_MAKE_DIRECTORY = 1 << 7,
    KT_MAKE_FILE = 1 << 8,
    KT_MAKE_SOCKET = 1 << 9,
    KT_MAKE_PIPE = 1 << 10,
    KT_MAKE_BLOCK_DEVICE = 1 << 11,
    KT_MAKE_LINK = 1 << 12,
    KT_REFER = 1 << 13,
    KT_TRUNCATE = 1 << 14,
};

struct closing {
    int ruleset;
    uint64_t handled;
    const char *const *closed;
};

static void allow(const struct closing *closing, int descriptor, int is_directory) {
    const struct beneath rule = {
        .allowed = closing->handled
            & (is_directory ? ~(uint64_t)(KT_MAKE_CHARACTER_DEVICE | KT_MAKE_BLOCK_DEVICE)
                            : (uint64_t)(KT_WRITE | KT_TRUNCATE)),
        .parent = descriptor,
    };
    /* If the kernel refuses a rule, the path stays closed. */
    syscall(KT_ADD_RULE, closing->ruleset, KT_PATH_BENEATH, &rule, 0);
}

/* Whether the path is closed (2), a parent of a closed one (1), or neither (0). */
static int standing(const struct closing *closing, const char *path) {
    const size_t length = strlen(path);
    int found = 0;
    for (const char *const *one = closing->closed; *one; one++) {
        if (strcmp(*one, path) == 0) return 2;
        if (strncmp(*one, path, length) == 0 && (*one)[length] == '/') found = 1;
    }
    return found;
}

/* Allows everything in a directory except the closed paths. A rule covers everything below a directory, so a parent of a
   closed path gets no rule. */
static void open_siblings(const struct closing *closing, const char *directory) {
    DIR *entries = opendir(*directory ? directory : "/");
    if (!entries) return;
    for (const struct dirent *entry; (entry = readdir(entries));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        char path[PATH_MAX];
        if (snprintf(path, sizeof path, "%s/%s", directory, entry->d_name) >= (int)sizeof path) continue;
        switch (standing(closing, path)) {
            case 1: open_siblings(closing, path); continue;
            case 2: continue;
        }
        const int descriptor = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        if (descriptor < 0) continue;
        struct stat found;
        /* The target of a link has a path of its own. */
        if (fstat(descriptor, &found) == 0 && !S_ISLNK(found.st_mode)) {
            allow(closing, descriptor, S_ISDIR(found.st_mode));
        }
        close(descriptor);
    }
    closedir(entries);
}

/* Keeps the calling thread and its children from writing below these directories, and from signalling processes that they
   did not start. Returns 0, or an errno. */
int kt_close_files(const char *const closed[]) {
    const long version = syscall(KT_CREATE_RULESET, NULL, 0, KT_VERSION);
    if (version < 0) return errno;
    /* The first version forbids moving a file from one directory to another. */
    if (version < 2) return EOPNOTSUPP;
    char places[4][PATH_MAX];
    const char *real[5] = {NULL};
    for (size_t at = 0; closed[at]; at++) {
        if (at == 4) return E2BIG;
        if (!realpath(closed[at], places[at])) snprintf(places[at], sizeof places[at], "%s", closed[at]);
        real[at] = places[at];
    }
    uint64_t handled = KT_WRITE | KT_REMOVE_DIRECTORY | KT_REMOVE_FILE | KT_MAKE_CHARACTER_DEVICE | KT_MAKE_DIRECTORY
        | KT_MAKE_FILE | KT_MAKE_SOCKET | KT_MAKE_PIPE | KT_MAKE_BLOCK_DEVICE | KT_MAKE_LINK | KT_REFER;
    if (version >= 3) handled |= KT_TRUNCATE;
    const struct ruleset wanted = {.files = handled, .scoped = version >= 6 ? KT_SIGNALS : 0};
    const size_t size = version >= 6 ? sizeof wanted : version >= 4 ? 16 : 8;
    const struct closing closing = {
        .ruleset = (int)syscall(KT_CREATE_RULESET, &wanted, size, 0), .handled = handled, .closed = real};
    if (closing.ruleset < 0) return errno;
    open_siblings(&closing, "");
    const int reason = syscall(KT_RESTRICT_SELF, closing.ruleset, 0) == 0 ? 0 : errno;
    close(closing.ruleset);
    return reason;
}
