"""The pages with images: upload, plan, procedure."""

from fastapi import APIRouter

from foramen.web.images import plan_api, plan_page, scans

ROUTERS: tuple[APIRouter, ...] = (scans.router, plan_page.router, plan_api.router)
