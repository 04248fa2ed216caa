"""The list of types with FastAPI and asyncpg, without a model of its rows between them."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from fastapi import FastAPI, HTTPException

COLUMNS = "t.id, t.file_name, t.comments, t.group_id, g.name AS group_name"
SHOWN = f"SELECT {COLUMNS} FROM tbc.books_files_types t JOIN tbc.books_files_groups g ON g.id = t.group_id"
PAGE = f"{SHOWN} ORDER BY t.id LIMIT $1"
ONE = f"{SHOWN} WHERE t.id = $1"
TOTAL = "SELECT count(*) FROM tbc.books_files_types"


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["PEER_DATABASE_URI"], min_size=4, max_size=8) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/health/ready")
async def ready() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/api/types/{type_id}")
async def one(type_id: int) -> dict[str, Any]:
    row = await app.state.pool.fetchrow(ONE, type_id)
    if row is None:
        raise HTTPException(404)
    return dict(row)


@app.get("/api/types/")
async def page(limit: int) -> dict[str, Any]:
    async with app.state.pool.acquire() as connection:
        rows = await connection.fetch(PAGE, limit)
        total = await connection.fetchval(TOTAL)
    return {"items": [dict(row) for row in rows], "total": total}
