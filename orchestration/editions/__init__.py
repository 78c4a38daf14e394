"""Editions: made once and never changed. Each module is one step between the build and a reader.

publish     writes an edition aside and puts it in force, with tables, views, beliefs and folder (files, swap)
manifest    what it says of its making: inputs (deliveries, settings) and fingerprint (code)
shelf       which editions there are, and which is in force; keeping goes back and makes room
diff        what changed between two: headlines are compared, causes (and arrivals, of rows) are named
facts_read  the tables that facts are made of
dictionary  what is known of every published table; asking answers questions, see also orchestration/reader.py
"""
