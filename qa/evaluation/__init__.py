"""Measuring the program against a gold set of questions."""
