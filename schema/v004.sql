-- Where secrets are pushed to; and what each place is known to have, which could be pushed once more.

CREATE TABLE target (
    id     TEXT NOT NULL PRIMARY KEY,
    app    TEXT NOT NULL REFERENCES app (id),
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX target_app ON target (app);

CREATE TABLE delivery (
    target TEXT NOT NULL PRIMARY KEY REFERENCES target (id),
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
