"""The pages with images: upload, plan, procedure."""

from fastapi import APIRouter

from foramen.web.images import plan_api, plan_page, scans
from foramen.web.images.table import page as table_page

ROUTERS: tuple[APIRouter, ...] = (scans.router, plan_page.router, plan_api.router, table_page.router)
