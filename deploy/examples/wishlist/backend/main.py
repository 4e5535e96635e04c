"""Wishlists that are shared, replicated to each browser by RxDB.

Environment: PORT, RELAY_URL (where events are published), RELAY_KEY, STREAM_BASE (where pages find the stream: the
relay's address, or nothing behind a proxy that serves both under one origin), STREAM_TOKEN (cookie or query: where
pages put their token), DATABASE, JWT_SECRET, SESSION_SECONDS, RESOLVE_SECONDS (how long it takes to look up an item).
"""

import logging
import os
import time
from pathlib import Path
from typing import List, Literal, Optional
from urllib.parse import unquote, urlsplit

import uvicorn
from fastapi import BackgroundTasks, Cookie, Depends, FastAPI, Header, HTTPException, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, Extra, Field

import events
import logins
from store import Store

APP = Path(__file__).parent.parent
COOKIE = "wishlist_session"
MOST_DOCUMENTS = 100
RESOLVE_SECONDS = float(os.environ.get("RESOLVE_SECONDS", "1.5"))

app = FastAPI(title="Wishlists", docs_url=None, redoc_url=None)
# Pages need to know their token only where they put it into an address.
TOKEN_PLACE = os.environ.get("STREAM_TOKEN", "cookie")
store = Store(os.environ.get("DATABASE", APP / "target" / "wishlist.sqlite"))


class Login(BaseModel):
    name: str
    password: str


class Document(BaseModel, extra=Extra.forbid):
    id: str = Field(min_length=1, max_length=64)
    deleted: bool = Field(False, alias="_deleted")


class Wishlist(Document):
    owner: str
    title: str = Field(min_length=1, max_length=80)
    viewers: List[str] = Field(max_items=10)


class Item(Document):
    wishlist_id: str
    url: str = Field(max_length=500)
    title: str = Field(max_length=200)
    status: Literal["pending", "resolved", "failed"]


class Mark(Document):
    item_id: str
    wishlist_id: str
    name: str


KINDS = {"wishlists": Wishlist, "items": Item, "marks": Mark}
Collection = Literal["wishlists", "items", "marks"]


class Row(BaseModel):
    newDocumentState: dict
    assumedMasterState: Optional[dict] = None


class Rows(BaseModel):
    rows: List[Row] = Field(max_items=MOST_DOCUMENTS)


def bearer(authorization, session):
    return authorization[len("Bearer ") :] if authorization.startswith("Bearer ") else session


def caller(authorization: str = Header(""), session: str = Cookie("", alias=COOKIE)):
    found = logins.claims(bearer(authorization, session), store)
    if found is None:
        raise HTTPException(401)
    return found


@app.get("/internal/session")
def who_holds_the_session(who=Depends(caller)):
    """The relay asks this with the token of whoever wants a stream. It tells the holder nothing new."""
    return {**who, "tenant": "main"}


@app.get("/api/v1/config")
def config():
    return {"stream": os.environ.get("STREAM_BASE", "http://127.0.0.1:8141"), "token": TOKEN_PLACE}


@app.post("/api/v1/auth/login")
def login(body: Login, response: Response):
    token = logins.begin(body.name, body.password)
    if token is None:
        raise HTTPException(401)
    response.set_cookie(COOKIE, token, httponly=True, samesite="lax", max_age=logins.SECONDS)
    return person(body.name, token)


@app.post("/api/v1/auth/logout", status_code=204)
def logout(response: Response, who=Depends(caller)):
    store.end_session(who["sid"])
    response.delete_cookie(COOKIE)


@app.get("/api/v1/auth/me")
def me(who=Depends(caller), authorization: str = Header(""), session: str = Cookie("", alias=COOKIE)):
    return person(who["sub"], bearer(authorization, session))


def person(name, token):
    return {"name": name, "token": token} if TOKEN_PLACE == "query" else {"name": name}


@app.get("/api/v1/friends")
def friends(who=Depends(caller)):
    others = [name for name in logins.PEOPLE if name != who["sub"]]
    here = events.connected(others)
    return [{"name": name, "online": name in here} for name in others]


@app.get("/api/v1/sync/{collection}/pull")
def pull(collection: Collection, after: int = 0, limit: int = MOST_DOCUMENTS, who=Depends(caller)):
    documents, number = store.changes(collection, who["sub"], after, min(max(limit, 1), MOST_DOCUMENTS))
    return {"documents": documents, "checkpoint": {"number": number}}


@app.post("/api/v1/sync/{collection}/push")
def push(collection: Collection, body: Rows, later: BackgroundTasks, who=Depends(caller)):
    """Takes documents as RxDB pushes them, and returns those that somebody else has changed meanwhile."""
    conflicts = []
    for row in body.rows:
        document = checked(collection, row.newDocumentState)
        wishlist = list_of(collection, document, who["sub"])
        conflict = store.write(collection, document, wishlist["id"], row.assumedMasterState)
        if conflict is not None:
            conflicts.append(conflict)
            continue
        # Committed: now it can be told.
        tell(collection, document, wishlist)
        if collection == "items" and document["status"] == "pending" and not document["_deleted"]:
            later.add_task(resolve, document, wishlist)
    return conflicts


def checked(collection, document):
    try:
        return KINDS[collection](**document).dict(by_alias=True)
    except ValueError as fault:
        raise HTTPException(422, str(fault))


def list_of(collection, document, name):
    """The wishlist that a document is in, if this person may write the document."""
    if collection == "wishlists":
        stored = store.find("wishlists", document["id"])
        # With whom it is shared is said once, so nobody has to be told of what they do not see any more.
        if document["owner"] != name or (stored and [stored["owner"], stored["viewers"]] != [name, document["viewers"]]):
            raise HTTPException(403)
        return document
    stored = store.find(collection, document["id"])
    wishlist = store.find("wishlists", document["wishlist_id"])
    if wishlist is None or (stored and stored["wishlist_id"] != wishlist["id"]):
        raise HTTPException(403)
    if collection == "items" and wishlist["owner"] != name:
        raise HTTPException(403)
    if collection == "marks" and (name not in wishlist["viewers"] or document["name"] != name):
        raise HTTPException(403)
    return wishlist


def people_of(wishlist):
    return {wishlist["owner"], *wishlist["viewers"]}


def tell(collection, document, wishlist):
    if collection == "wishlists":
        events.wishlists_updated(document, people_of(document))
    elif collection == "items":
        events.items_updated(document, people_of(wishlist))
    else:
        events.marks_updated(document, set(wishlist["viewers"]))


def resolve(item, wishlist):
    """Looks up what an address sells. Here that is read from the address, so that the example asks nobody."""
    time.sleep(RESOLVE_SECONDS)
    path = unquote(urlsplit(item["url"]).path).strip("/").split("/")[-1]
    title = path.replace("-", " ").replace("_", " ").strip().capitalize()[:200]
    resolved = {**item, "title": title or item["url"], "status": "resolved" if title else "failed"}
    if store.write("items", resolved, wishlist["id"], item) is None:
        events.items_resolved(resolved, people_of(wishlist))


@app.get("/")
def page():
    return FileResponse(APP / "frontend" / "index.html")


@app.get("/{name}")
def bundled(name: Literal["app.js", "app.css"]):
    return FileResponse(APP / "target" / name)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("PORT", "8140")), log_level="warning")
