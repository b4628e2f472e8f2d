// A disk that fails when a test wants it to. Preloaded into a program (LD_PRELOAD), it stands before the C library's calls
// that change files, and counts those on files below certain directories.

#define _GNU_SOURCE
#include "faulty_disk.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define MOST_FILES 4096
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/// A file that is open for writing. `shadow` reads and writes it wherever it was opened to append, and is never closed:
/// with any descriptor of a file a process gives up its locks on it.
struct file {
    bool is_watched;
    int shadow;
};

/// What stood where something was written that is not synced yet; the newest first.
struct undo {
    struct undo *next;
    int shadow;
    dev_t device;
    ino_t inode;
    off_t offset, size;
    ssize_t length;
    unsigned char bytes[];
};

static struct faulty_disk *disk;
static const char *roots;
static struct file files[MOST_FILES];
static struct undo *undos;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("FAULTY_DISK");
    roots = getenv("FAULTY_DISK_ROOTS");
    if (!path || !roots) return;
    int descriptor = NEXT(open)(path, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) abort();
    void *mapped = mmap(NULL, sizeof *disk, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (mapped == MAP_FAILED) abort();
    NEXT(close)(descriptor);
    disk = mapped;
}

static bool is_below(const char *path) {
    if (!disk || !path) return false;
    for (const char *root = roots; *root;) {
        size_t length = strcspn(root, ":");
        if (!strncmp(path, root, length) && (path[length] == '/' || !path[length])) return true;
        root += length + (root[length] == ':');
    }
    return false;
}

static bool is_watched(int descriptor) {
    return disk && descriptor >= 0 && descriptor < MOST_FILES && files[descriptor].is_watched;
}

// The end.

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static void cut_power(void) {
    pthread_mutex_lock(&lock);
    for (struct undo *undo = undos; undo; undo = undo->next) {
        if (undo->length > 0) NEXT(pwrite)(undo->shadow, undo->bytes, undo->length, undo->offset);
        NEXT(ftruncate)(undo->shadow, undo->size);
    }
    die();
}

static void remember(int descriptor, off_t offset, size_t length) {
    if (disk->fault != FAULT_POWER_CUT) return;
    struct stat status;
    int shadow = files[descriptor].shadow;
    if (shadow < 0 || fstat(shadow, &status)) abort();
    struct undo *undo = malloc(sizeof *undo + length);
    if (!undo) abort();
    ssize_t got = length ? pread(shadow, undo->bytes, length, offset) : 0;
    *undo = (struct undo){NULL, shadow, status.st_dev, status.st_ino, offset, status.st_size, got > 0 ? got : 0};
    pthread_mutex_lock(&lock);
    undo->next = undos;
    undos = undo;
    pthread_mutex_unlock(&lock);
}

static void forget(int descriptor) {
    struct stat status;
    if (fstat(descriptor, &status)) return;
    pthread_mutex_lock(&lock);
    for (struct undo **place = &undos; *place;) {
        struct undo *undo = *place;
        if (undo->device == status.st_dev && undo->inode == status.st_ino) {
            *place = undo->next;
            free(undo);
        } else {
            place = &undo->next;
        }
    }
    pthread_mutex_unlock(&lock);
}

/// Counts a call, and kills the process if it is the one to do so before. Returns the fault that strikes it, or 0.
static uint64_t strike(uint64_t class, bool grows) {
    if (!(disk->classes & class)) return 0;
    uint64_t call = __atomic_add_fetch(&disk->calls, 1, __ATOMIC_SEQ_CST);
    if (call < disk->from || call >= disk->until) return 0;
    uint64_t fault = disk->fault;
    if (fault == FAULT_ENOSPC && !grows) return 0;
    if (fault == FAULT_EROFS && class == CLASS_SYNC) return 0;
    if (fault == FAULT_SHORT && class != CLASS_WRITE) return 0;
    __atomic_add_fetch(&disk->struck, 1, __ATOMIC_SEQ_CST);
    if (fault == FAULT_HALF) return call == disk->from && class == CLASS_WRITE ? FAULT_SHORT : FAULT_EIO;
    if (fault == FAULT_POWER_CUT) cut_power();
    if (fault == FAULT_KILL_BEFORE || (fault == FAULT_TORN && class != CLASS_WRITE)) die();
    return fault;
}

/// Whether the call is not to be made, with `errno` set.
static bool fails(uint64_t fault) {
    errno = fault == FAULT_EIO ? EIO : fault == FAULT_ENOSPC ? ENOSPC : fault == FAULT_EROFS ? EROFS : 0;
    return errno != 0;
}

/// A call that returns 0 when it was done.
#define STRUCK(class, grows, call)                               \
    do {                                                         \
        uint64_t fault = strike(class, grows);                   \
        if (fails(fault)) return -1;                             \
        int result = call;                                       \
        int reason = errno;                                      \
        if (fault == FAULT_KILL_AFTER) die();                    \
        errno = reason;                                          \
        return result;                                           \
    } while (0)

// Descriptors.

static int open_at(int directory, const char *path, int flags, mode_t mode) {
    bool watched = is_below(path), writes = (flags & O_ACCMODE) != O_RDONLY;
    bool makes = watched && (flags & O_CREAT) && faccessat(directory, path, F_OK, AT_SYMLINK_NOFOLLOW);
    uint64_t fault = makes ? strike(CLASS_NAME, true) : 0;
    if (fails(fault)) return -1;
    if (watched && writes && !makes && disk->fault == FAULT_EROFS && disk->calls + 1 >= disk->from &&
        disk->calls < disk->until) {
        errno = EROFS;
        return -1;
    }
    int descriptor = NEXT(openat)(directory, path, flags, mode);
    if (fault == FAULT_KILL_AFTER) die();
    if (descriptor >= 0 && descriptor < MOST_FILES) {
        int reason = errno;
        files[descriptor] = (struct file){watched && writes, -1};
        if (watched && writes && disk->fault == FAULT_POWER_CUT) {
            int shadow = NEXT(openat)(directory, path, O_RDWR | O_CLOEXEC);
            // Made for nobody to write to a second time: it is new, and there is nothing of before to be read.
            if (shadow < 0 && makes) shadow = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
            files[descriptor].shadow = shadow;
        }
        errno = reason;
    }
    return descriptor;
}

#define MODE                                            \
    mode_t mode = 0;                                    \
    if (flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))) { \
        va_list list;                                   \
        va_start(list, flags);                          \
        mode = va_arg(list, mode_t);                    \
        va_end(list);                                   \
    }

int open(const char *path, int flags, ...) { MODE return open_at(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return open_at(AT_FDCWD, path, flags, mode); }
int openat(int directory, const char *path, int flags, ...) {
    // To the real one, by its other name.
    MODE return open_at(directory, path, flags, mode);
}
int openat64(int directory, const char *path, int flags, ...) { MODE return open_at(directory, path, flags, mode); }

int close(int descriptor) {
    if (descriptor >= 0 && descriptor < MOST_FILES) files[descriptor].is_watched = false;
    return NEXT(close)(descriptor);
}

// Writing.

static bool reaches_behind_the_end(int descriptor, off_t end) {
    struct stat status;
    return fstat(descriptor, &status) || end > status.st_size;
}

static ssize_t write_at(int descriptor, const void *bytes, size_t count, off_t offset, bool has_offset) {
    bool appends = !has_offset && (fcntl(descriptor, F_GETFL) & O_APPEND);
    off_t place = has_offset ? offset : lseek(descriptor, 0, appends ? SEEK_END : SEEK_CUR);
    uint64_t fault = strike(CLASS_WRITE, reaches_behind_the_end(descriptor, place + (off_t)count));
    if (fails(fault)) return -1;
    if ((fault == FAULT_SHORT || fault == FAULT_TORN) && count > 1) count /= 2;
    remember(descriptor, place, count);
    ssize_t done = has_offset ? NEXT(pwrite)(descriptor, bytes, count, offset) : NEXT(write)(descriptor, bytes, count);
    int reason = errno;
    if (fault == FAULT_TORN || fault == FAULT_KILL_AFTER) die();
    errno = reason;
    return done;
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    if (!is_watched(descriptor)) return NEXT(write)(descriptor, bytes, count);
    return write_at(descriptor, bytes, count, 0, false);
}
ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    if (!is_watched(descriptor)) return NEXT(pwrite)(descriptor, bytes, count, offset);
    return write_at(descriptor, bytes, count, offset, true);
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
    return pwrite(descriptor, bytes, count, offset);
}

int ftruncate(int descriptor, off_t length) {
    if (!is_watched(descriptor)) return NEXT(ftruncate)(descriptor, length);
    struct stat status;
    if (!fstat(descriptor, &status) && length < status.st_size) remember(descriptor, length, status.st_size - length);
    STRUCK(CLASS_WRITE, reaches_behind_the_end(descriptor, length), NEXT(ftruncate)(descriptor, length));
}
int ftruncate64(int descriptor, off64_t length) { return ftruncate(descriptor, length); }

// Onto the disk. Directories are not opened for writing, and are told by what they are.

static bool is_ours(int descriptor) {
    if (!disk || is_watched(descriptor)) return disk != NULL;
    char link[64], path[PATH_MAX];
    char *end = stpcpy(link, "/proc/self/fd/");
    char digits[16];
    int count = 0, rest = descriptor;
    do digits[count++] = '0' + rest % 10;
    while (rest /= 10);
    while (count) *end++ = digits[--count];
    *end = 0;
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return false;
    path[length] = 0;
    return is_below(path);
}

int fsync(int descriptor) {
    if (!is_ours(descriptor)) return NEXT(fsync)(descriptor);
    uint64_t fault = strike(CLASS_SYNC, false);
    if (fails(fault)) return -1;
    int result = NEXT(fsync)(descriptor);
    if (!result) forget(descriptor);
    if (fault == FAULT_KILL_AFTER) die();
    return result;
}
int fdatasync(int descriptor) {
    if (!is_ours(descriptor)) return NEXT(fdatasync)(descriptor);
    return fsync(descriptor);
}

// Names.

int rename(const char *from, const char *to) {
    if (!is_below(from) && !is_below(to)) return NEXT(rename)(from, to);
    STRUCK(CLASS_NAME, true, NEXT(rename)(from, to));
}
int link(const char *from, const char *to) {
    if (!is_below(to)) return NEXT(link)(from, to);
    STRUCK(CLASS_NAME, true, NEXT(link)(from, to));
}
int unlink(const char *path) {
    if (!is_below(path) || access(path, F_OK)) return NEXT(unlink)(path);
    STRUCK(CLASS_NAME, false, NEXT(unlink)(path));
}
int mkdir(const char *path, mode_t mode) {
    if (!is_below(path) || !access(path, F_OK)) return NEXT(mkdir)(path, mode);
    STRUCK(CLASS_NAME, true, NEXT(mkdir)(path, mode));
}
int rmdir(const char *path) {
    if (!is_below(path) || access(path, F_OK)) return NEXT(rmdir)(path);
    STRUCK(CLASS_NAME, false, NEXT(rmdir)(path));
}
