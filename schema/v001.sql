-- The vault, version 1. Every row is sealed (SECURITY.md), and its plain columns are associated data of its seal.
-- A plain column is there because a query needs it; all the rest is in "sealed". A column "…_index" is a keyed hash of
-- something that is sealed, by which a row is found (a blind index).

-- The newest commit, and the format of the rows: a program that does not know it does not open the vault.
CREATE TABLE state (
    id      TEXT    NOT NULL PRIMARY KEY,
    format  INTEGER NOT NULL,
    commits INTEGER NOT NULL,
    head    TEXT    NOT NULL,
    sealed  BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

-- What belongs to this host alone: where its audit log ended, and the digest of the rows about it.
CREATE TABLE node_state (id TEXT NOT NULL PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;

-- The chain of commits: each head is a keyed code of the one before it and of a random mark. The id is the commit's number.
CREATE TABLE history    (id TEXT NOT NULL PRIMARY KEY, head TEXT NOT NULL, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;

-- The unlock methods that the vault knows are in "unlock_method": what is in "key_slot" alone was put there by somebody else.
CREATE TABLE keyring    (id TEXT NOT NULL PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE key_slot   (id TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE unlock_method (id TEXT NOT NULL PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;

-- "zoom_index" is of the account ID and the client ID: an app at Zoom has one set of secrets, and so is stored once.
CREATE TABLE app (
    id         TEXT NOT NULL PRIMARY KEY,
    name_index TEXT NOT NULL UNIQUE,
    zoom_index TEXT NOT NULL UNIQUE,
    sealed     BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE client     (id TEXT NOT NULL PRIMARY KEY, name_index TEXT NOT NULL UNIQUE, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE generation (
    id     TEXT    NOT NULL PRIMARY KEY,
    app    TEXT    NOT NULL REFERENCES app (id),
    number INTEGER NOT NULL,
    state  TEXT    NOT NULL,
    sealed BLOB    NOT NULL,
    UNIQUE (app, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX generation_app ON generation (app);

-- An app never has more than one current secret, whatever the program believes.
CREATE UNIQUE INDEX generation_current ON generation (app) WHERE state = 'current';

CREATE TABLE token    (app TEXT NOT NULL PRIMARY KEY REFERENCES app (id), expires_at INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE refusals (app TEXT NOT NULL PRIMARY KEY REFERENCES app (id), sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;

-- What the scheduler remembers of an app from one start to the next: nothing that it could not find out again.
CREATE TABLE scheduler_state (app TEXT NOT NULL PRIMARY KEY REFERENCES app (id), sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE rotation (
    id     TEXT    NOT NULL PRIMARY KEY,
    app    TEXT    NOT NULL REFERENCES app (id),
    state  TEXT    NOT NULL,
    due_at INTEGER,
    sealed BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX rotation_app ON rotation (app);

-- An app never has more than one rotation under way, whatever the program believes.
CREATE UNIQUE INDEX rotation_open ON rotation (app) WHERE state NOT IN ('retired', 'refused', 'aborted');

-- A rotation that has ended stays as it ended, whatever the program believes.
CREATE TRIGGER rotation_ended BEFORE UPDATE OF state ON rotation
WHEN OLD.state IN ('retired', 'refused', 'aborted') AND NEW.state <> OLD.state
BEGIN SELECT RAISE(ABORT, 'a rotation that has ended does not continue'); END;

-- Secrets of an app that Zoom may accept and that are no generation: of an answer that came late, or that gave way to another
-- secret. They stay until Zoom refuses them. The id has a keyed hash of the secret.
CREATE TABLE candidate (
    id     TEXT NOT NULL PRIMARY KEY,
    app    TEXT NOT NULL REFERENCES app (id),
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX candidate_app ON candidate (app);

-- The newest secret that a client of a node is known to hold of an app: it fetched it, or said so. The id is a keyed hash of app,
-- node and client.
CREATE TABLE receipt (
    id     TEXT NOT NULL PRIMARY KEY,
    app    TEXT NOT NULL REFERENCES app (id),
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX receipt_app ON receipt (app);

-- Where secrets are pushed to; and what each target is known to have, which could be pushed once more.
CREATE TABLE target (
    id          TEXT NOT NULL PRIMARY KEY,
    app         TEXT NOT NULL REFERENCES app (id),
    name_index  TEXT NOT NULL UNIQUE,
    place_index TEXT NOT NULL,
    sealed      BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX target_app ON target (app);
CREATE INDEX target_place ON target (place_index);

CREATE TABLE delivery (target TEXT NOT NULL PRIMARY KEY REFERENCES target (id), sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;

-- Where the audit log ended at the last commit, and the events of commits whose lines may not be on disk yet.
CREATE TABLE audit_head (id TEXT NOT NULL PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE outbox     (id TEXT NOT NULL PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
