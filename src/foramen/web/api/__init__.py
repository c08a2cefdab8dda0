"""The same for programs: cases, their events, the worklist and the application's health as JSON, under `/api`.

What rules or scans decide (a screening, a plan, an approval, a step at the table) is decided by the pages and is only
read here: a program can't write a decision that nobody made.
"""

from fastapi import APIRouter

from foramen.web.api import cases, health, worklist

ROUTERS: tuple[APIRouter, ...] = (health.router, worklist.router, cases.router)
