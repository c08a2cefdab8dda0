"""What every site needs: sign-in, the worklist, the case and its history, people, settings, the audit of reads."""

from fastapi import APIRouter

from foramen.web.shell import (
    case_page,
    openid,
    own_account,
    people,
    reads,
    set_up,
    settings_page,
    sign_in,
    sign_offs,
    worklist,
)

ROUTERS: tuple[APIRouter, ...] = (
    sign_in.router,
    openid.router,
    set_up.router,
    worklist.router,
    case_page.router,
    own_account.router,
    people.router,
    reads.router,
    sign_offs.router,
    settings_page.router,
)
