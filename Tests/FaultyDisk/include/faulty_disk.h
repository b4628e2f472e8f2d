#ifndef FAULTY_DISK_H
#define FAULTY_DISK_H

#include <stdint.h>

/// What the file behind FAULTY_DISK holds: shared by the test, which says what is to fail, and by the processes that it
/// fails in. All of them count together.
struct faulty_disk {
    /// Calls so far, of the classes below, on files below the directories of FAULTY_DISK_ROOTS (divided by ':').
    uint64_t calls;
    /// The calls that are struck: from this number on, and before that one.
    uint64_t from, until;
    uint64_t fault;
    uint64_t classes;
    /// How many calls were struck.
    uint64_t struck;
};

enum faulty_disk_fault {
    FAULT_EIO = 1,
    /// Nothing that is there can grow, and nothing new is made; what is there can be overwritten.
    FAULT_ENOSPC,
    FAULT_EROFS,
    /// Half of what is to be written is, without an error.
    FAULT_SHORT,
    /// Half of what is to be written is by the first call that is struck, and the others get EIO.
    FAULT_HALF,
    /// The process is killed before the call.
    FAULT_KILL_BEFORE,
    /// Half of what is to be written is, and the process is killed.
    FAULT_TORN,
    FAULT_KILL_AFTER,
    /// All that was written and not synced is undone, and the process is killed. Names stay as they are.
    FAULT_POWER_CUT,
};

enum faulty_disk_class { CLASS_WRITE = 1, CLASS_SYNC = 2, CLASS_NAME = 4 };

#endif
