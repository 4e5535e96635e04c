"""ScoutHouse's API: log in, look at events, move candidates on, tick off tasks."""

import json
import os
from pathlib import Path
from typing import Literal

import uvicorn
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException
from fastapi.responses import FileResponse, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.staticfiles import StaticFiles
from live import Live
from pydantic import BaseModel, Field
from relay_publisher import Publisher
from store import STAGES, Store
from tokens import TENANT, BadToken, Tokens

EXAMPLE = Path(__file__).resolve().parent.parent
PORT = int(os.environ.get("PORT", "8110"))
# Where the pages find the stream: nothing where a proxy serves it beside them.
STREAM_BASE = os.environ.get("STREAM_BASE", "http://127.0.0.1:8111")

store = Store(os.environ.get("DATABASE", ":memory:"))
tokens = Tokens(os.environ.get("JWT_SECRET", "example-secret-of-the-scouthouse-tokens"))
live = Live(
    Publisher(
        os.environ.get("RELAY_URL", "http://127.0.0.1:8111"),
        "api",
        os.environ.get("RELAY_KEY", "example-key-of-the-scouthouse-api"),
    )
)
app = FastAPI(title="ScoutHouse")
bearer = HTTPBearer(auto_error=False)


class Login(BaseModel):
    email: str = Field(max_length=200)
    password: str = Field(max_length=200)


class NewCandidate(BaseModel):
    name: str = Field(min_length=1, max_length=80)
    position: str = Field(min_length=1, max_length=40)


class Stage(BaseModel):
    stage: Literal[STAGES]


class Done(BaseModel):
    done: bool


def caller(credentials: HTTPAuthorizationCredentials = Depends(bearer)):
    """The claims of the token that the request has."""
    if credentials is None:
        raise HTTPException(401, "log in first")
    try:
        return tokens.read(credentials.credentials)
    except BadToken:
        raise HTTPException(401, "this login is over") from None


def event_member(event_id: int, claims=Depends(caller)):
    """The permission to see an event, for its own routes and for the relay's question alike."""
    if not store.is_member(int(claims["sub"]), event_id):
        raise HTTPException(403, "not a member of this event")
    return event_id


@app.post("/api/v1/auth/login")
def login(body: Login):
    user = store.login(body.email, body.password)
    if user is None:
        raise HTTPException(401, "no such user, or another password")
    return {"access_token": tokens.make(user["id"]), "name": user["name"]}


@app.post("/api/v1/auth/logout", status_code=204, response_class=Response)
def logout(claims=Depends(caller)):
    tokens.log_out(claims)


@app.get("/api/v1/events")
def events(claims=Depends(caller)):
    return store.events(int(claims["sub"]))


@app.get("/api/v1/events/{event_id}/candidates")
def candidates(event_id: int = Depends(event_member)):
    return store.candidates(event_id)


@app.get("/api/v1/events/{event_id}/tasks")
def tasks(event_id: int = Depends(event_member)):
    return store.tasks(event_id)


@app.get("/api/v1/events/{event_id}/summary")
def summary(event_id: int = Depends(event_member)):
    return store.summary(event_id)


# What is published comes after the answer, and so after the commit: a relay that is away makes no change fail or wait.


@app.post("/api/v1/events/{event_id}/candidates", status_code=201)
def add_candidate(body: NewCandidate, after: BackgroundTasks, event_id: int = Depends(event_member)):
    candidate_id = store.add_candidate(event_id, body.name, body.position)
    after.add_task(live.candidate_updated, event_id, candidate_id)
    return {"id": candidate_id}


@app.patch("/api/v1/events/{event_id}/candidates/{candidate_id}", status_code=204, response_class=Response)
def set_stage(candidate_id: int, body: Stage, after: BackgroundTasks, event_id: int = Depends(event_member)):
    if not store.set_stage(event_id, candidate_id, body.stage):
        raise HTTPException(404, "no such candidate")
    after.add_task(live.candidate_updated, event_id, candidate_id)


@app.patch("/api/v1/events/{event_id}/tasks/{task_id}", status_code=204, response_class=Response)
def set_done(task_id: int, body: Done, after: BackgroundTasks, event_id: int = Depends(event_member)):
    if not store.set_done(event_id, task_id, body.done):
        raise HTTPException(404, "no such task")
    after.add_task(live.task_updated, event_id, task_id)


# What the relay asks, with the caller's own token.


@app.get("/internal/session")
def session(claims=Depends(caller)):
    return {
        "sub": claims["sub"], "tenant": TENANT, "sid": claims["jti"], "iat": claims["iat"], "exp": claims["exp"],
    }


@app.get("/internal/events/{event_id}/member", status_code=204, response_class=Response)
def member(event_id: int = Depends(event_member)):
    """Answered by its status alone."""


@app.get("/")
def page():
    return FileResponse(EXAMPLE / "frontend" / "index.html")


@app.get("/config.js")
def config():
    return Response(f"globalThis.STREAM_BASE = {json.dumps(STREAM_BASE)};\n", media_type="text/javascript")


app.mount("/static", StaticFiles(directory=EXAMPLE / "target"), name="static")

if __name__ == "__main__":
    # Addresses have tokens in them, so they are not written down.
    uvicorn.run(app, host="127.0.0.1", port=PORT, access_log=False, log_level="warning")
