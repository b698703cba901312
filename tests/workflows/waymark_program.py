"""A program as it was written for waymark, with nothing changed but the import."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel

from warren import Depend, RetryPolicy, Workflow, action, workflow


class User(BaseModel):
    id: str
    email: str
    active: bool = True


@dataclass
class Summary:
    total: int
    active: int
    message: str


class MailboxFull(Exception):
    pass


class Mailer:
    def __init__(self, sender: str) -> None:
        self.sender = sender


async def settings() -> dict:
    return {"sender": "noreply"}


async def mailer(config: Annotated[dict, Depend(settings)]):
    yield Mailer(config["sender"])


@action
async def fetch_user(user_id: str) -> User:
    return User(id=user_id, email=f"{user_id}@example.com", active=user_id != "idle")


@action
async def fetch_ids(count: int) -> list[str]:
    return [f"user-{number}" for number in range(count)] + ["idle"]


@action(name="send_mail")
async def send_email(to: str, subject: str, via: Annotated[Mailer, Depend(mailer)]) -> str:
    if to.startswith("user-3"):
        raise MailboxFull(to)
    return f"{via.sender} to {to}: {subject}"


@action
async def flaky_report(total: int) -> str:
    if total > 4:
        raise ConnectionError("report service")
    return f"report {total}"


@action
async def summarize(total: int, active: int, message: str) -> Summary:
    return Summary(total=total, active=active, message=message)


@workflow
class WelcomeWorkflow(Workflow):
    name = "welcome_workflow"

    async def run(self, count: int, subject: str = "Welcome") -> Summary:
        user_ids = await fetch_ids(count)
        users = await asyncio.gather(*[fetch_user(user_id) for user_id in user_ids], return_exceptions=False)
        active_users = [user for user in users if user.active]

        sent = []
        failed = 0
        for user in active_users:
            try:
                result = await self.run_action(
                    send_email(to=user.email, subject=subject),
                    retry=RetryPolicy(attempts=2, exception_types=["ConnectionError"], backoff_seconds=0),
                    timeout=timedelta(seconds=30),
                )
                sent.append(result)
            except MailboxFull:
                failed += 1

        await asyncio.sleep(0.01)

        try:
            report = await self.run_action(
                flaky_report(len(users)), retry=RetryPolicy(attempts=3, backoff_seconds=0), timeout=60
            )
        except ConnectionError:
            report = "no report"
        except Exception:
            report = "broken"

        if failed:
            message = f"{len(sent)} sent, {failed} failed, {report}"
        elif sent:
            message = f"{len(sent)} sent, {report}"
        else:
            message = "nobody"
        first, last = await asyncio.gather(fetch_user(user_ids[0]), fetch_user(user_ids[-1]))
        return await summarize(total=len(users), active=len(active_users), message=f"{message}: {first.id}, {last.id}")


CASES = [{"count": 0}, {"count": 2, "subject": "Hello"}, {"count": 6}]
