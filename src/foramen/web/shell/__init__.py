"""What every site needs: sign-in, the worklist, the case and its history, people, settings, the audit of reads."""

from fastapi import APIRouter

from foramen.web.shell import case_page, sign_in, worklist

ROUTERS: tuple[APIRouter, ...] = (sign_in.router, worklist.router, case_page.router)
