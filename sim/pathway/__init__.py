"""The pathway: what happens to a survivor, told as stories that wait, queue, decide and record.

Read `journey.py` first. Modules lower in this list never call those above: journey, decisions, hazards,
services, support, homes, housing, status, community, contact, needs, clocks. A story that must tell another
something rings its clock. Nothing here knows a file, a configuration library, a metric or a plot.
"""
