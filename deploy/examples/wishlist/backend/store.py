"""Documents and logins in SQLite. A document belongs to a wishlist, and each change of it has a number of its own."""

import json
import sqlite3
from contextlib import contextmanager

SCHEMA = """
create table if not exists documents (
  collection text not null, id text not null, wishlist text not null, body text not null, number integer not null,
  primary key (collection, id));
create index if not exists by_number on documents (collection, number);
create table if not exists ended_sessions (sid text primary key);
"""
# A person sees the wishlists that are theirs or shared with them, and what is in these; of marks, nothing that is in
# their own, or it would be no surprise.
SEEN = {
    "wishlists": "json_extract(w.body, '$.owner') = :name or :name in (select value from json_each(w.body, '$.viewers'))",
    "marks": ":name in (select value from json_each(w.body, '$.viewers'))",
}
SEEN["items"] = SEEN["wishlists"]


class Store:
    """One for each thread's work: the file is opened for each use."""

    def __init__(self, path):
        self._path = path
        with self._open() as db:
            db.executescript(SCHEMA)

    @contextmanager
    def _open(self):
        db = sqlite3.connect(self._path, timeout=5)
        try:
            with db:
                yield db
        finally:
            db.close()

    def changes(self, collection, name, after, most):
        """What a person sees of what was changed after a number, oldest first, and the number to go on from."""
        with self._open() as db:
            rows = db.execute(
                "select d.body, d.number from documents d"
                " join documents w on w.collection = 'wishlists' and w.id = d.wishlist"
                f" where d.collection = :collection and d.number > :after and ({SEEN[collection]})"
                " order by d.number limit :most",
                {"collection": collection, "name": name, "after": after, "most": most},
            ).fetchall()
        return [json.loads(body) for body, _ in rows], rows[-1][1] if rows else after

    def find(self, collection, id):
        with self._open() as db:
            return self._find(db, collection, id)

    @staticmethod
    def _find(db, collection, id):
        row = db.execute("select body from documents where collection = ? and id = ?", (collection, id)).fetchone()
        return json.loads(row[0]) if row else None

    def write(self, collection, document, wishlist, assumed):
        """Stores a document, unless another stands there than its writer has seen: then that one is returned."""
        with self._open() as db:
            db.execute("begin immediate")
            stored = self._find(db, collection, document["id"])
            if stored is not None and stored != assumed:
                return stored
            self._put(db, collection, document, wishlist)
        return None

    @staticmethod
    def _put(db, collection, document, wishlist):
        (number,) = db.execute("select coalesce(max(number), 0) + 1 from documents").fetchone()
        db.execute(
            "insert or replace into documents values (?, ?, ?, ?, ?)",
            (collection, document["id"], wishlist, json.dumps(document), number),
        )

    def end_session(self, sid):
        with self._open() as db:
            db.execute("insert or ignore into ended_sessions values (?)", (sid,))

    def is_ended(self, sid):
        with self._open() as db:
            return db.execute("select 1 from ended_sessions where sid = ?", (sid,)).fetchone() is not None
