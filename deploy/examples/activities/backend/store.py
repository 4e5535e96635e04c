"""People, their sessions and what they have logged, in SQLite."""

import hashlib
import hmac
import json
import secrets
import sqlite3
import time

SCHEMA = """
create table if not exists people (name text primary key, salt blob not null, hash blob not null);
create table if not exists sessions (
  id text primary key, name text not null, began integer not null, ends integer not null);
create table if not exists activities (
  id integer primary key autoincrement, name text not null, title text not null,
  duration_hours real not null, activity_date text not null, ksbs text not null);
"""
PEOPLE = ("ann", "ben")


def connect(path):
    connection = sqlite3.connect(path, timeout=5)
    connection.row_factory = sqlite3.Row
    return connection


def prepare(path, password):
    """Makes the tables, and the people of the example."""
    with connect(path) as db:
        db.executescript(SCHEMA)
        for name in PEOPLE:
            salt = secrets.token_bytes(16)
            db.execute("insert or ignore into people values (?, ?, ?)", (name, salt, digest(password, salt)))


def digest(password, salt):
    return hashlib.scrypt(password.encode(), salt=salt, n=2**12, r=8, p=1)


def is_password(db, name, password):
    row = db.execute("select salt, hash from people where name = ?", (name,)).fetchone()
    return row is not None and hmac.compare_digest(digest(password, row["salt"]), row["hash"])


def begin_session(db, name, seconds):
    session, now = secrets.token_urlsafe(24), int(time.time())
    with db:
        db.execute("delete from sessions where ends <= ?", (now,))
        db.execute("insert into sessions values (?, ?, ?, ?)", (session, name, now, now + seconds))
    return session


def session(db, id):
    """The session of this id, or None where there is none or it is over."""
    return db.execute("select * from sessions where id = ? and ends > ?", (id, time.time())).fetchone()


def end_session(db, id):
    with db:
        db.execute("delete from sessions where id = ?", (id,))


def save(db, name, title, hours, date, ksbs):
    with db:
        row = db.execute(
            "insert into activities (name, title, duration_hours, activity_date, ksbs) values (?, ?, ?, ?, ?)",
            (name, title, hours, date, json.dumps(ksbs)),
        )
    return {"id": row.lastrowid, "title": title, "duration_hours": hours, "activity_date": date, "ksbs": ksbs}


def delete(db, name, id):
    """Whether there was such an activity of this person's."""
    with db:
        return db.execute("delete from activities where name = ? and id = ?", (name, id)).rowcount == 1


def activities(db, name):
    rows = db.execute("select * from activities where name = ? order by id desc", (name,))
    return [{**dict(row), "ksbs": json.loads(row["ksbs"])} for row in rows]
