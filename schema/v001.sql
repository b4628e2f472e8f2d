-- The vault, version 1. Every row is sealed (SECURITY.md), and its plain columns are associated data of its seal.
-- A plain column is there because a query needs it; all the rest is in "sealed".

CREATE TABLE state      (id TEXT NOT NULL PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE keyring    (id TEXT NOT NULL PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE key_slot   (id TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE app        (id TEXT NOT NULL PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE client     (id TEXT NOT NULL PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE generation (
    id     TEXT    NOT NULL PRIMARY KEY,
    app    TEXT    NOT NULL REFERENCES app (id),
    number INTEGER NOT NULL,
    state  TEXT    NOT NULL,
    sealed BLOB    NOT NULL,
    UNIQUE (app, number)
) STRICT, WITHOUT ROWID;

-- Of one app there is never more than one current secret, whatever the program believes.
CREATE UNIQUE INDEX generation_current ON generation (app) WHERE state = 'current';

CREATE TABLE token      (app TEXT NOT NULL PRIMARY KEY REFERENCES app (id), expires_at INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE refusals   (app TEXT NOT NULL PRIMARY KEY REFERENCES app (id), sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;

-- Who may act for the vault, where several processes could. Not sealed: it must work while the vault is locked.
CREATE TABLE lease (
    name       TEXT    NOT NULL PRIMARY KEY,
    holder     TEXT    NOT NULL,
    fence      INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
