"""A stdio server with the SDK of PyPI that has something of everything: tools that answer, report, ask, log and fail, resources,
prompts, completion. Its answers depend on nothing but what it is asked."""

import logging
from typing import Annotated

import anyio
from mcp.server.mcpserver import Context, MCPServer
from mcp.types import (
    Completion,
    EmptyResult,
    PromptReference,
    SamplingMessage,
    SetLevelRequestParams,
    TextContent,
    ToolAnnotations,
)
from pydantic import BaseModel, Field

server = MCPServer(
    "python-fixture",
    version="1.0.0",
    instructions="Says, counts and asks.",
    log_level="WARNING",
)
reads = ToolAnnotations(readOnlyHint=True)
CITIES = ["Aachen", "Augsburg", "Ulm"]


class Sum(BaseModel):
    sum: int
    odd: bool


class Who(BaseModel):
    name: str = Field(description="Who you are")


@server.tool(annotations=reads)
def echo(message: str) -> str:
    """Says it again."""
    return f"Echo: {message}"


@server.tool(annotations=reads)
def add(a: int, b: Annotated[int, Field(description="The second number")]) -> Sum:
    """Adds, and says it as structured content."""
    return Sum(sum=a + b, odd=(a + b) % 2 == 1)


@server.tool(annotations=reads)
async def count(to: int, seconds: float, ctx: Context) -> str:
    """Counts, with progress."""
    for i in range(1, to + 1):
        await anyio.sleep(seconds)
        await ctx.report_progress(i, to, f"step {i}")
    return f"counted to {to}"


LEVELS = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"]
lowest = "debug"


async def set_level(ctx, params: SetLevelRequestParams) -> EmptyResult:
    global lowest
    lowest = params.level
    return EmptyResult()


# For the older era, whose connections have a level; the SDK leaves that to servers.
server._lowlevel_server.add_request_handler("logging/setLevel", SetLevelRequestParams, set_level)


@server.tool(annotations=reads)
async def log(ctx: Context) -> str:
    """Logs to the client, once at each level that it wants."""
    wanted = LEVELS[LEVELS.index(lowest) :]
    for level in wanted:
        await ctx.log(level, {"said": level}, logger_name="fixture")
    return f"logged {len(wanted)}"


@server.tool()
async def ask_model(prompt: str, ctx: Context) -> str:
    """Asks the client's model."""
    answer = await ctx.session.create_message(
        [SamplingMessage(role="user", content=TextContent(type="text", text=prompt))],
        max_tokens=10,
    )
    return f"the model says {answer.content.text}"


@server.tool()
async def ask_user(ctx: Context) -> str:
    """Asks the user."""
    answer = await ctx.elicit("Who are you?", Who)
    return f"{answer.action} {answer.data.name if answer.action == 'accept' else ''}"


@server.tool()
async def ask_both(ctx: Context) -> str:
    """Asks the user, then the client's model."""
    user = await ctx.elicit("Who are you?", Who)
    answer = await ctx.session.create_message(
        [
            SamplingMessage(
                role="user",
                content=TextContent(type="text", text=f"Greet {user.data.name}"),
            )
        ],
        max_tokens=10,
    )
    return f"{user.data.name}: {answer.content.text}"


@server.tool(annotations=reads)
async def roots(ctx: Context) -> list[str]:
    """Lists the client's roots."""
    return [str(root.uri) for root in (await ctx.session.list_roots()).roots]


@server.tool(annotations=reads)
def fail() -> str:
    """Fails."""
    raise ValueError("this tool fails")


@server.resource("fixture://readme", mime_type="text/plain")
def readme() -> str:
    """Read me."""
    return "read me"


@server.resource("fixture://bytes", mime_type="application/octet-stream")
def some_bytes() -> bytes:
    """Not text."""
    return bytes(range(256))


@server.resource("fixture://item/{number}", mime_type="text/plain")
def item(number: int) -> str:
    """By number."""
    return f"item {number}"


@server.prompt()
def greet(name: str, city: str = "Ulm") -> str:
    """A greeting."""
    return f"Greet {name} of {city}."


@server.completion()
async def complete(ref, argument, context) -> Completion | None:
    if isinstance(ref, PromptReference) and argument.name == "city":
        return Completion(
            values=[city for city in CITIES if city.startswith(argument.value)],
            has_more=False,
        )
    return None


if __name__ == "__main__":
    logging.captureWarnings(True)
    server.run("stdio")
