"""Paths over the networks, under constraints: one answer, and a price for each word."""

from routemap.routing.answer import LONGER_M, REQUEST_FIELDS, answer, path_document, price_documents
from routemap.routing.course import Course, Rules, Stretch
from routemap.routing.path import Constraint, Failure, Path, Price
from routemap.routing.request import enclosure, exclusions, is_passage, route, waypoints
from routemap.routing.solver import MODES, TODAY, Terms, course_between

__all__ = [
    "LONGER_M",
    "MODES",
    "REQUEST_FIELDS",
    "TODAY",
    "Constraint",
    "Course",
    "Failure",
    "Path",
    "Price",
    "Rules",
    "Stretch",
    "Terms",
    "answer",
    "course_between",
    "enclosure",
    "exclusions",
    "is_passage",
    "path_document",
    "price_documents",
    "route",
    "waypoints",
]
