"""A manager of lab workers: commands by REST, and pages that see what becomes of them.

Environment: PORT, RELAY_URL (where events are published), RELAY_SECRET, STREAM_BASE (where pages find the stream: the
relay's address, or nothing behind a proxy that serves both under one origin), SESSION_SECONDS, METRICS_SECONDS (how
often running workers are measured), REALTIME (off: pages open no stream).
"""

import asyncio
import os
from pathlib import Path
from typing import Literal

import uvicorn
from fastapi import Cookie, Depends, FastAPI, HTTPException, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, Field

import sessions
from fleet import Fleet
from relay import broadcast_event

METRICS_SECONDS = float(os.environ.get("METRICS_SECONDS", "2"))

app = FastAPI(title="Workers", docs_url=None, redoc_url=None)
fleet = Fleet()


class Login(BaseModel):
    name: str
    password: str


class NewWorker(BaseModel):
    name: str = Field(min_length=1, max_length=40)
    region: Literal["eu", "us"]


class Status(BaseModel):
    status: Literal["running", "stopped"]


class Labs(BaseModel):
    labs: int = Field(ge=0, le=20)


class Announcement(BaseModel):
    text: str = Field(min_length=1, max_length=200)


def caller(session_id: str = Cookie("")):
    session = sessions.find(session_id)
    if session is None:
        raise HTTPException(401)
    return session


def administrator(who=Depends(caller)):
    if "admin" not in who["roles"]:
        raise HTTPException(403)
    return who


def worker(id: str, who=Depends(caller)):
    found = fleet.find(id, who["roles"])
    if found is None:
        raise HTTPException(404)
    return found


@app.get("/internal/session")
def who_holds_the_session(who=Depends(caller)):
    """The relay asks this with the cookie of whoever wants a stream. It tells the holder nothing new."""
    return who


@app.get("/api/settings")
def settings():
    return {"realtime": os.environ.get("REALTIME", "on") != "off", "stream": os.environ.get("STREAM_BASE", "http://127.0.0.1:8131")}


@app.post("/api/auth/login")
def login(body: Login, response: Response):
    id = sessions.begin(body.name, body.password)
    if id is None:
        raise HTTPException(401)
    response.set_cookie("session_id", id, httponly=True, samesite="lax")
    return sessions.find(id)


@app.post("/api/auth/logout", status_code=204)
def logout(response: Response, session_id: str = Cookie("")):
    sessions.end(session_id)
    response.delete_cookie("session_id")


@app.get("/api/auth/me")
def me(who=Depends(caller)):
    return who


@app.get("/api/workers")
def workers(who=Depends(caller)):
    return fleet.seen_by(who["roles"])


@app.post("/api/workers", status_code=201)
def create(body: NewWorker, _=Depends(administrator)):
    return fleet.create(body.name, body.region)


@app.post("/api/workers/{id}/status", status_code=204)
def set_status(body: Status, it=Depends(worker)):
    fleet.set_status(it, body.status)


@app.post("/api/workers/{id}/labs", status_code=204)
def set_labs(body: Labs, it=Depends(worker)):
    fleet.set_labs(it, body.labs)


@app.post("/api/workers/{id}/refresh", status_code=204)
def refresh(it=Depends(worker)):
    fleet.measure(it)


@app.delete("/api/workers/{id}", status_code=204)
def terminate(it=Depends(worker), _=Depends(administrator)):
    fleet.terminate(it)


@app.post("/api/announcements", status_code=204)
def announce(body: Announcement, who=Depends(administrator)):
    broadcast_event("app.announcement", {"text": body.text, "from": who["sub"]})


async def measure_for_ever():
    while True:
        await asyncio.sleep(METRICS_SECONDS)
        await run_in_threadpool(fleet.measure_running)


@app.on_event("startup")
async def start():
    for name, region in (("atlas", "eu"), ("borea", "us")):
        await run_in_threadpool(fleet.create, name, region)
    app.state.job = asyncio.create_task(measure_for_ever())


@app.on_event("shutdown")
async def stop():
    app.state.job.cancel()


# What is no path of the API is a file of the page.
app.mount("/", StaticFiles(directory=Path(__file__).parent.parent / "frontend", html=True))

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("PORT", "8130")), log_level="warning")
