"""What ScoutHouse keeps: users, the events they scout, and the candidates and tasks of each event."""

import hashlib
import sqlite3
import threading

STAGES = ("seen", "shortlist", "invited", "signed")
PASSWORD_ROUNDS = 100_000
# Everybody's, as this is an example.
PASSWORD = "scout"

SCHEMA = """
CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT UNIQUE NOT NULL, name TEXT NOT NULL, password TEXT NOT NULL);
CREATE TABLE events (id INTEGER PRIMARY KEY, name TEXT NOT NULL, place TEXT NOT NULL);
CREATE TABLE members (user_id INTEGER NOT NULL, event_id INTEGER NOT NULL, PRIMARY KEY (user_id, event_id));
CREATE TABLE candidates (
    id INTEGER PRIMARY KEY, event_id INTEGER NOT NULL, name TEXT NOT NULL, position TEXT NOT NULL, stage TEXT NOT NULL);
CREATE TABLE tasks (id INTEGER PRIMARY KEY, event_id INTEGER NOT NULL, title TEXT NOT NULL, done INTEGER NOT NULL);
"""

USERS = [(1, "ann@scouts.example", "Ann"), (2, "bob@scouts.example", "Bob")]
EVENTS = [(1, "Autumn trials", "Leeds"), (2, "Goalkeepers' day", "York"), (3, "Winter cup", "Hull")]
MEMBERS = [(1, 1), (1, 3), (2, 2), (2, 3)]
CANDIDATES = [
    (1, 1, "Mia Ward", "Winger", "shortlist"),
    (2, 1, "Jo Clarke", "Defender", "seen"),
    (3, 1, "Sam Hill", "Midfield", "invited"),
    (4, 1, "Lea Brooks", "Striker", "seen"),
    (5, 2, "Max Stone", "Goalkeeper", "seen"),
    (6, 2, "Kim Field", "Goalkeeper", "shortlist"),
    (7, 3, "Ada Marsh", "Defender", "seen"),
]
TASKS = [
    (1, 1, "Book the second pitch", 0),
    (2, 1, "Send the list to the coaches", 0),
    (3, 1, "Print the bibs", 1),
    (4, 2, "Gloves for everybody", 0),
    (5, 3, "Ask for the floodlights", 0),
]


def password_hash(email, password):
    return hashlib.pbkdf2_hmac("sha256", password.encode(), email.encode(), PASSWORD_ROUNDS).hex()


class Store:
    """A database of SQLite. Any thread may call it; each call is a transaction that is committed when it returns."""

    def __init__(self, path):
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        if not self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'users'").fetchone():
            self._seed()

    def _seed(self):
        with self._db:
            self._db.executescript(SCHEMA)
            self._db.executemany(
                "INSERT INTO users VALUES (?, ?, ?, ?)",
                [(*user, password_hash(user[1], PASSWORD)) for user in USERS],
            )
            self._db.executemany("INSERT INTO events VALUES (?, ?, ?)", EVENTS)
            self._db.executemany("INSERT INTO members VALUES (?, ?)", MEMBERS)
            self._db.executemany("INSERT INTO candidates VALUES (?, ?, ?, ?, ?)", CANDIDATES)
            self._db.executemany("INSERT INTO tasks VALUES (?, ?, ?, ?)", TASKS)

    def _all(self, sql, *values):
        with self._lock:
            return [dict(row) for row in self._db.execute(sql, values)]

    def _change(self, sql, *values):
        with self._lock, self._db:
            return self._db.execute(sql, values)

    def login(self, email, password):
        """The user with this password, or None."""
        found = self._all("SELECT * FROM users WHERE email = ?", email)
        return found[0] if found and found[0]["password"] == password_hash(email, password) else None

    def is_member(self, user_id, event_id):
        return bool(self._all("SELECT 1 FROM members WHERE user_id = ? AND event_id = ?", user_id, event_id))

    def events(self, user_id):
        return self._all(
            "SELECT id, name, place FROM events JOIN members ON event_id = id WHERE user_id = ? ORDER BY id", user_id
        )

    def candidates(self, event_id):
        return self._all("SELECT id, name, position, stage FROM candidates WHERE event_id = ? ORDER BY id", event_id)

    def tasks(self, event_id):
        return self._all("SELECT id, title, done FROM tasks WHERE event_id = ? ORDER BY id", event_id)

    def summary(self, event_id):
        stages = dict.fromkeys(STAGES, 0)
        for row in self._all("SELECT stage, COUNT(*) AS n FROM candidates WHERE event_id = ? GROUP BY stage", event_id):
            stages[row["stage"]] = row["n"]
        open_tasks = self._all("SELECT COUNT(*) AS n FROM tasks WHERE event_id = ? AND NOT done", event_id)[0]["n"]
        return {"stages": stages, "open_tasks": open_tasks}

    def add_candidate(self, event_id, name, position):
        change = self._change(
            "INSERT INTO candidates (event_id, name, position, stage) VALUES (?, ?, ?, 'seen')",
            event_id, name, position,
        )
        return change.lastrowid

    def set_stage(self, event_id, candidate_id, stage):
        """Whether there is such a candidate."""
        change = self._change(
            "UPDATE candidates SET stage = ? WHERE id = ? AND event_id = ?", stage, candidate_id, event_id
        )
        return change.rowcount == 1

    def set_done(self, event_id, task_id, done):
        """Whether there is such a task."""
        change = self._change("UPDATE tasks SET done = ? WHERE id = ? AND event_id = ?", done, task_id, event_id)
        return change.rowcount == 1
