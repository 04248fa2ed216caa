"""Plumbing that every Stackroom service shares, without a word of its business."""
