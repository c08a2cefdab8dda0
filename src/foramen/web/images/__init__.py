"""The pages with images: upload, plan, procedure."""

from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = ()
