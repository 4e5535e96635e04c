"""A log of what apprentices do off the job: pages made by Flask, a form, and a dashboard.

Environment: PORT, RELAY_URL (where events are published), RELAY_KEY, STREAM_BASE (where pages find the stream: the
relay's address, or nothing behind a proxy that serves both under one origin), DATABASE, SESSION_SECONDS, SECRET_KEY.
"""

import datetime
import os
import secrets

from flask import Flask, abort, g, redirect, render_template, request, session, url_for

import live
import store

app = Flask(__name__, template_folder="../frontend/templates", static_folder="../frontend/static")
app.secret_key = os.environ.get("SECRET_KEY") or secrets.token_hex(32)
app.config.update(
    # Other examples of this host have cookies as well, and a port keeps none apart.
    SESSION_COOKIE_NAME="activities_session",
    SESSION_COOKIE_HTTPONLY=True,
    SESSION_COOKIE_SAMESITE="Lax",
    STREAM_BASE=os.environ.get("STREAM_BASE", "http://127.0.0.1:8151"),
    DATABASE=os.environ.get("DATABASE") or os.path.join(os.path.dirname(__file__), "..", "target", "activities.sqlite"),
    SESSION_SECONDS=int(os.environ.get("SESSION_SECONDS", "28800")),
)
app.register_blueprint(live.blueprint)


@app.before_request
def open_database():
    g.db = store.connect(app.config["DATABASE"])
    g.session = store.session(g.db, session.get("id", ""))
    g.name = g.session["name"] if g.session else None


@app.teardown_request
def close_database(_):
    if "db" in g:
        g.db.close()


def required():
    """The name of whoever asks; a stranger is sent to the login."""
    if g.name is None:
        abort(redirect(url_for("login")))
    return g.name


@app.get("/login")
def login():
    return render_template("login.html", wrong=False)


@app.post("/login")
def log_in():
    name, password = request.form.get("name", ""), request.form.get("password", "")
    if not store.is_password(g.db, name, password):
        return render_template("login.html", wrong=True), 401
    session.clear()
    session["id"] = store.begin_session(g.db, name, app.config["SESSION_SECONDS"])
    return redirect(url_for("dashboard"), 303)


@app.post("/logout")
def log_out():
    if g.session:
        store.end_session(g.db, g.session["id"])
    session.clear()
    return redirect(url_for("login"), 303)


@app.get("/")
def dashboard():
    found = store.activities(g.db, required())
    monday = datetime.date.today() - datetime.timedelta(days=datetime.date.today().weekday())
    cards = [
        ("This week", f"{sum(a['duration_hours'] for a in found if a['activity_date'] >= monday.isoformat()):g} h"),
        ("All hours", f"{sum(a['duration_hours'] for a in found):g} h"),
        ("Activities", len(found)),
        ("KSBs covered", len({ksb for a in found for ksb in a["ksbs"]})),
    ]
    return render_template("dashboard.html", cards=cards, recent=found[:10], today=datetime.date.today().isoformat())


@app.post("/activities")
def save():
    name = required()
    try:
        title = request.form["title"].strip()[:200]
        hours = float(request.form["duration_hours"])
        date = datetime.date.fromisoformat(request.form["activity_date"]).isoformat()
    except ValueError:
        abort(400)
    if not title or not 0 < hours <= 24:
        abort(400)
    ksbs = [ksb for ksb in request.form.get("ksbs", "").replace(",", " ").upper().split() if len(ksb) <= 8][:20]
    saved = store.save(g.db, name, title, hours, date, ksbs)
    live.activity_saved(name, saved)  # It is committed, and the answer is still to come.
    return redirect(url_for("dashboard"), 303)


@app.post("/activities/<int:id>/delete")
def delete(id):
    name = required()
    if not store.delete(g.db, name, id):
        abort(404)
    live.activity_deleted(name, id)
    return redirect(url_for("dashboard"), 303)


if __name__ == "__main__":
    store.prepare(app.config["DATABASE"], "demo")
    app.run(host="127.0.0.1", port=int(os.environ.get("PORT", "8150")), threaded=True)
