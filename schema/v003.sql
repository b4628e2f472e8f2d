-- What the scheduler remembers of an app from one start to the next: nothing that it could not find out again.

CREATE TABLE upkeep (
    app    TEXT NOT NULL PRIMARY KEY REFERENCES app (id),
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
