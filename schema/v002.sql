-- Rotations, what each client holds, and how each app is rotated.

CREATE TABLE rotation (
    id     TEXT    NOT NULL PRIMARY KEY,
    app    TEXT    NOT NULL REFERENCES app (id),
    state  TEXT    NOT NULL,
    due_at INTEGER,
    sealed BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX rotation_app ON rotation (app);

-- Of one app there is never more than one rotation under way, whatever the program believes.
CREATE UNIQUE INDEX rotation_open ON rotation (app) WHERE state NOT IN ('retired', 'refused', 'aborted');

-- The newest generation that a client is known to hold of an app: from its fetch, or its own word.
CREATE TABLE receipt (
    id     TEXT    NOT NULL PRIMARY KEY,
    app    TEXT    NOT NULL REFERENCES app (id),
    client TEXT    NOT NULL,
    sealed BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX receipt_app ON receipt (app);
CREATE INDEX generation_app ON generation (app);
