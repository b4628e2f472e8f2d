-- The ways in that the vault knows: what is in "key_slot" and not here was put there by somebody else.

CREATE TABLE way (id TEXT NOT NULL PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
