// Functions of SQLite that Swift cannot call: they take SQLITE_TRANSIENT, which is a cast.
#ifndef KEYTURN_CSQLITE_H
#define KEYTURN_CSQLITE_H

#include <sqlite3.h>

// SQLite copies the bytes. An empty blob is still a blob, although its address may be NULL.
static inline int keyturn_sqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int size) {
    if (size == 0) return sqlite3_bind_zeroblob(statement, index, 0);
    return sqlite3_bind_blob(statement, index, bytes, size, SQLITE_TRANSIENT);
}

static inline int keyturn_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *bytes, int size) {
    return sqlite3_bind_text(statement, index, size == 0 ? "" : bytes, size, SQLITE_TRANSIENT);
}

#endif
