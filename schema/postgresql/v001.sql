-- The vault in PostgreSQL, version 1: the tables of schema/v001.sql, and what a shared database needs beside them. Texts are
-- compared byte by byte, whatever the locale of the database is.

-- One row. Each transaction that changes the vault locks it before it reads anything.
CREATE TABLE keyturn.vault (
    one       BOOLEAN          NOT NULL PRIMARY KEY DEFAULT true CHECK (one),
    schema    BIGINT           NOT NULL,
    -- A copy that is not finished, and a vault that was moved away, are not served.
    standing  TEXT COLLATE "C" NOT NULL DEFAULT 'served' CHECK (standing IN ('served', 'unfinished', 'moved')),
    -- Where the copy is from, or where the vault is now. For messages.
    other_end TEXT COLLATE "C" NOT NULL DEFAULT ''
);

INSERT INTO keyturn.vault (schema) VALUES (1);

CREATE TABLE keyturn.state (
    id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    format  BIGINT           NOT NULL,
    commits BIGINT           NOT NULL,
    head    TEXT COLLATE "C" NOT NULL,
    sealed  BYTEA            NOT NULL
);

CREATE TABLE keyturn.node_state    (id TEXT COLLATE "C" NOT NULL PRIMARY KEY, sealed BYTEA NOT NULL);

-- A commit whose answer was lost is found by its head.
CREATE TABLE keyturn.history       (id TEXT COLLATE "C" NOT NULL PRIMARY KEY, head TEXT COLLATE "C" NOT NULL, sealed BYTEA NOT NULL);

CREATE TABLE keyturn.keyring       (id TEXT COLLATE "C" NOT NULL PRIMARY KEY, sealed BYTEA NOT NULL);
CREATE TABLE keyturn.key_slot      (id TEXT COLLATE "C" NOT NULL PRIMARY KEY, kind TEXT COLLATE "C" NOT NULL, sealed BYTEA NOT NULL);
CREATE TABLE keyturn.unlock_method (id TEXT COLLATE "C" NOT NULL PRIMARY KEY, sealed BYTEA NOT NULL);

-- "zoom_index" is of the account ID and the client ID: an app at Zoom has one set of secrets, and so is stored once.
CREATE TABLE keyturn.app (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name_index TEXT COLLATE "C" NOT NULL UNIQUE,
    zoom_index TEXT COLLATE "C" NOT NULL UNIQUE,
    sealed     BYTEA            NOT NULL
);

CREATE TABLE keyturn.client (id TEXT COLLATE "C" NOT NULL PRIMARY KEY, name_index TEXT COLLATE "C" NOT NULL UNIQUE, sealed BYTEA NOT NULL);

CREATE TABLE keyturn.generation (
    id     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    app    TEXT COLLATE "C" NOT NULL REFERENCES keyturn.app (id),
    number BIGINT           NOT NULL,
    state  TEXT COLLATE "C" NOT NULL,
    sealed BYTEA            NOT NULL,
    UNIQUE (app, number)
);

-- An app never has more than one current secret, whatever the program believes.
CREATE UNIQUE INDEX generation_current ON keyturn.generation (app) WHERE state = 'current';

CREATE TABLE keyturn.token    (app TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES keyturn.app (id), expires_at BIGINT NOT NULL, sealed BYTEA NOT NULL);
CREATE TABLE keyturn.refusals (app TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES keyturn.app (id), sealed BYTEA NOT NULL);
CREATE TABLE keyturn.scheduler_state (app TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES keyturn.app (id), sealed BYTEA NOT NULL);

CREATE TABLE keyturn.rotation (
    id     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    app    TEXT COLLATE "C" NOT NULL REFERENCES keyturn.app (id),
    state  TEXT COLLATE "C" NOT NULL,
    due_at BIGINT,
    sealed BYTEA            NOT NULL
);

CREATE INDEX rotation_app ON keyturn.rotation (app);

-- An app never has more than one rotation under way, whatever the program believes.
CREATE UNIQUE INDEX rotation_open ON keyturn.rotation (app) WHERE state NOT IN ('retired', 'refused', 'aborted');

-- A rotation that has ended stays as it ended, whatever the program believes.
CREATE FUNCTION keyturn.rotation_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a rotation that has ended does not continue' USING ERRCODE = 'check_violation';
END
$$;

CREATE TRIGGER rotation_ended BEFORE UPDATE OF state ON keyturn.rotation FOR EACH ROW
WHEN (OLD.state IN ('retired', 'refused', 'aborted') AND NEW.state <> OLD.state)
EXECUTE FUNCTION keyturn.rotation_ended();

-- Secrets of an app that Zoom may accept and that are no generation: of an answer that came late, or that gave way to another
-- secret. They stay until Zoom refuses them. The id has a keyed hash of the secret.
CREATE TABLE keyturn.candidate (
    id     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    app    TEXT COLLATE "C" NOT NULL REFERENCES keyturn.app (id),
    sealed BYTEA NOT NULL
);

CREATE INDEX candidate_app ON keyturn.candidate (app);

CREATE TABLE keyturn.receipt (
    id     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    app    TEXT COLLATE "C" NOT NULL REFERENCES keyturn.app (id),
    sealed BYTEA            NOT NULL
);

CREATE INDEX receipt_app ON keyturn.receipt (app);

CREATE TABLE keyturn.target (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    app         TEXT COLLATE "C" NOT NULL REFERENCES keyturn.app (id),
    name_index  TEXT COLLATE "C" NOT NULL UNIQUE,
    place_index TEXT COLLATE "C" NOT NULL,
    sealed      BYTEA            NOT NULL
);

CREATE INDEX target_app ON keyturn.target (app);
CREATE INDEX target_place ON keyturn.target (place_index);

CREATE TABLE keyturn.delivery (target TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES keyturn.target (id), sealed BYTEA NOT NULL);

CREATE TABLE keyturn.audit_head (id TEXT COLLATE "C" NOT NULL PRIMARY KEY, sealed BYTEA NOT NULL);
CREATE TABLE keyturn.outbox     (id TEXT COLLATE "C" NOT NULL PRIMARY KEY, sealed BYTEA NOT NULL);

-- One row: which process may change the vault. The fence grows with each holder, and each change compares it. The holder counts the
-- beat up as long as it runs; another process takes over only when the beat stands still.
CREATE TABLE keyturn.writer (
    one       BOOLEAN          NOT NULL PRIMARY KEY DEFAULT true CHECK (one),
    fence     BIGINT           NOT NULL,
    node      TEXT COLLATE "C" NOT NULL,
    instance  TEXT COLLATE "C" NOT NULL,
    place     TEXT COLLATE "C" NOT NULL,
    beat      BIGINT           NOT NULL,
    beaten_at TIMESTAMPTZ      NOT NULL
);

INSERT INTO keyturn.writer (fence, node, instance, place, beat, beaten_at) VALUES (0, '', '', '', 0, now());
