"""Editions: made once and never changed. Each module is one step between the build and a reader.

publish     writes an edition aside and puts it in force, with tables, views, beliefs and folder (files, swap)
provenance  what the manifest says of its making; inputs says it of the deliveries
shelf       which editions there are, and which is in force; keeping goes back and makes room
diff        what changed between two: headlines are compared, causes are named
dictionary  what is known of every published table; asking answers questions, see also orchestration/reader.py
"""
