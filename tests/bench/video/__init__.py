"""Shots of videos beside their peers: ``make bench-video``."""
