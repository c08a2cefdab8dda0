"""The clinic's pages, from referral to outcome."""

from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = ()
