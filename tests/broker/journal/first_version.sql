-- A store of version 1, as palabred 0.1 left it.
PRAGMA application_id = 1885432929;
PRAGMA user_version = 1;
CREATE TABLE meta (
  key    TEXT NOT NULL PRIMARY KEY,
  value  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE client (
  number         INTEGER NOT NULL PRIMARY KEY,
  name           TEXT    NOT NULL UNIQUE,
  token          BLOB    NOT NULL,
  registered_at  INTEGER NOT NULL
) STRICT;
CREATE TABLE room (
  number   INTEGER NOT NULL PRIMARY KEY,
  name     TEXT    NOT NULL UNIQUE,
  made_by  INTEGER NOT NULL,
  made_at  INTEGER NOT NULL
) STRICT;
CREATE TABLE member (
  room       INTEGER NOT NULL,
  client     INTEGER NOT NULL,
  joined_at  INTEGER NOT NULL,
  PRIMARY KEY (room, client)
) STRICT, WITHOUT ROWID;
CREATE TABLE message (
  client    INTEGER NOT NULL,
  "column"  INTEGER NOT NULL,
  room      INTEGER NOT NULL,
  sequence  INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  outbox    INTEGER NOT NULL,
  counter   INTEGER NOT NULL,
  text      TEXT    NOT NULL,
  PRIMARY KEY (client, "column"),
  UNIQUE (room, sequence),
  UNIQUE (client, outbox, counter)
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('epoch', '00112233445566aa');
INSERT INTO client VALUES (1, 'alice', zeroblob(32), 1000), (2, 'bob', zeroblob(32), 1001);
INSERT INTO room VALUES (1, 'lobby', 0, 900), (2, 'tea', 1, 1002);
INSERT INTO member VALUES (1, 1, 1000), (1, 2, 1001), (2, 1, 1002);
-- client, column, room, sequence, at, outbox, counter, text: alice posts from outbox 7, then 8, then 7 again.
INSERT INTO message VALUES
  (1, 1, 1, 1, 2000, 7, 1, 'one'),
  (1, 2, 1, 3, 2100, 7, 2, 'two'),
  (1, 3, 2, 1, 90000, 8, 1, 'three, in tea'),
  (1, 4, 1, 4, 90000000, 7, 3, 'four'),
  (2, 1, 1, 2, 2050, 9, 1, 'I am bob');
