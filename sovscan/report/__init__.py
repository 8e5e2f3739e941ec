"""The gallery: assessments to text, pages, tables and files. Sentences live in `locale/`, never in
the core.
"""
